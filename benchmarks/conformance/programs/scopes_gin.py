"""Scopes, as gin's user guide has them; options by argparse in place of absl."""

import argparse
from enum import Enum

import gin
from report import report_models


@gin.constants_from_enum
class Act(Enum):
    relu = 1
    tanh = 2


@gin.configurable
class Block:
    def __init__(self, depth=2, act=Act.relu, rate=0.1):
        self.depth = depth
        self.act = act.name
        self.rate = rate


class Model:
    def __init__(self):
        with gin.config_scope("encoder"):
            self.encoder = Block()
        with gin.config_scope("decoder"):
            self.decoder = Block()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--gin_file", action="append")
    parser.add_argument("--gin_param", action="append")
    parser.add_argument("--list", action="store_true")
    args = parser.parse_args()
    gin.parse_config_files_and_bindings(args.gin_file, args.gin_param)
    if args.list:
        print(gin.config_str())
        return
    with gin.config_scope("teacher"):
        teacher = Model()
    with gin.config_scope("student"):
        student = Model()
    report_models(teacher=teacher, student=student)


if __name__ == "__main__":
    main()
