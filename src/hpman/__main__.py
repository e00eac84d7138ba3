"""`python -m hpman`: the command `hpman`, for where its script is not on the path.

Owns nothing but the way to it.
"""

from hpargparse.commands.hpman import main

main()
