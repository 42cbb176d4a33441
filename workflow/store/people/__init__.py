"""People as rows, and what lets them in; each file is one idea.

`accounts` who a login name belongs to · `passwords` · `sessions` signed-in browsers · `tokens` for
programs · `throttling` of failures · `forgetting` what no longer counts · `hashing` of secrets

A session, a token or a password is kept as its hash only. Whoever is disabled is out with the next
request: every look-up asks.
"""
