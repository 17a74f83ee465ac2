"""Command line.

A command lives for seconds, so that what a server saves by tidiness is waste here.
"""

import atexit
import gc
import os

# numpy's matrix products are small here, but a thread on each core would wait for them busily.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
# A hundred thousand objects of libraries stay until the end, and need not be freed one by one then.
gc.set_threshold(100_000, 10, 10)
atexit.register(gc.freeze)
