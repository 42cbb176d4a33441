"""Files from outside, looked into by a child process with little memory and time.

What the parent cannot bound it does not parse. `child.py` is the parent's side; everything else
runs inside the child (`__main__.py`), imports nothing else of the product, and can write no file.
"""
