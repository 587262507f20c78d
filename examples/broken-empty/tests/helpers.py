"""Something that tests would use, if there were any."""


def greeting(name: str) -> str:
    return f"hello, {name}"
