from __future__ import annotations
import sys, os.path as p
try:
    import psycopg
except ImportError:
    sys.exit(1)
if sys.version_info >= (3, 8):
    from .a import (b, c as d)
else:
    from . import *
pytest_plugins = ["x.y"]
collect_ignore = ["z.py"]
def __getattr__(name): return globals()[name]
with open("data/users.json") as file: pass
client = requests.get("http://a").json()
