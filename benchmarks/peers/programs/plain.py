"""One trial of a plain script: `plain.py --lr 0.1`."""

import argparse

from trial import trial

parser = argparse.ArgumentParser()
parser.add_argument("--lr", type=float, default=0.5)
print("loss:", trial(parser.parse_args().lr))
