"""People as rows, and what lets them in; each file is one idea.

`profiles` the rules, one value each · `accounts` who a login name belongs to · `passwords` ·
`password_rules` which may be chosen · `second_factor` codes and recovery codes · `sessions`
signed-in browsers · `duties` what comes before anything else · `known_browsers` · `tokens` for
programs · `sent_forms` of pages · `throttling` of failures · `provider_trips` to an OpenID
provider · `forgetting` what no longer counts · `erasing` of people for good · `masking` of their
addresses · `contacts` of a case · `hashing` of secrets

A session, a token or a password is kept as its hash only. Whoever is disabled is out with the next
request: every look-up asks.
"""
