"""Long work: what somebody asked for and a worker does, telling row by row how far it has come.

`running` takes a job up and ends it · `kinds` names what there is · one file a kind
"""
