"""Testyard's side inside a pytest process. PYTEST_DONT_REWRITE

What lives here: `channel` carries lines to and from the runner, `listener` hears pytest's hooks, `fold` makes one
outcome of a test's several reports. What does not: any judgement. The runner decides what an outcome means.
Runs on Python 3.8 and newer with pytest 7 to 9, and imports nothing that pytest itself does not bring.
"""
