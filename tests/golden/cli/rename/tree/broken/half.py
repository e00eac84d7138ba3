from hpman.m import _
_("lr", 
