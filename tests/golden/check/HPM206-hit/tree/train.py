from hpman.m import _

_("learning_rate", 1)
_("learningRate", 2)
_("weight_decay", 3)
_("wieght_decay", 4)
_("momentum", 5)
_("momntum", 6)
_("opt.dropout", 7)
_("opt.droppout", 8)
_("temperature", 9)
_("temperiture", 10)
_("batch_size", 11)
_("batch_szie", 12)
