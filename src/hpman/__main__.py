"""`python -m hpman`: the command `hpman`, for where its script is not on the path.

Owns nothing but the way to it.
"""

import os
import sys

# Python puts the current folder there, where a module may bear the name of one that we load:
# looking at sources must run nothing of them.
if not getattr(sys.flags, "safe_path", sys.flags.isolated):  # new in Python 3.11
    sys.path[0] = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))

from hpargparse.commands.hpman import main

main()
