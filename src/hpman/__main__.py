"""`python -m hpman`: run the command `hpman`, even if its script is not on the PATH.

Owns only the start of the command.
"""

import os
import sys

# Python puts the current folder there. A module in it may have the name of one that we import,
# but reading sources must not run any of them.
if not getattr(sys.flags, "safe_path", sys.flags.isolated):  # new in Python 3.11
    sys.path[0] = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))

from hpargparse.commands.hpman import main

main()
