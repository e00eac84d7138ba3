from common import hp

hp('lr', 1)
hp('lr', 2)
