import model
from pkg import sub
import os, torch
_("main", 1)
