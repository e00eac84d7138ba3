#!/usr/bin/env python3
# -*- coding: latin-1 -*-
from hpman.m import _

# La température du générateur
TEMPERATURE = _('température', 1.0, help='degrés')
