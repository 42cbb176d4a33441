"""Rows and definitions turned into frozen dataclasses of plain values: what a template receives.

Pure: no queries, no clock; generic over definitions. One file a page or part of a page.
"""
