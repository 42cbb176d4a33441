"""Servers that take messages and send nothing on, for `duban demo` and the tests.

They need aiosmtpd and smpp34, which a production system does not.
"""
