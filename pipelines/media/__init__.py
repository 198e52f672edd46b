"""Reading what people upload, and writing what the rest of the system reads.

Everything untrusted is decoded by ``pipelines.media.child`` in a sandboxed process of
its own; the modules beside it ask that child and check its answers.
"""
