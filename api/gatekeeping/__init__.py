"""What stands between the network and the routes: hosts, bodies, the policy, and its gate.

`policy` says who may do what; the others hold it and note what was refused.
"""
