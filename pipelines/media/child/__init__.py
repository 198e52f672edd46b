"""What runs inside the sandbox, and only there: reading what somebody uploaded.

Imports av, numpy and the standard library; knows one open file and one pipe.
"""
