#!/bin/sh
python train.py --lr 0.01 --hp-load configs/best.yaml
