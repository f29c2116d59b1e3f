"""The composition root: builds everything in plain calls, once per warm Lambda.

A module for each function, one for each kind of thing that several of them need, and one for each feature's routes.
What a function does not have, its module does not import, so that its cold start pays for nothing else.
"""
