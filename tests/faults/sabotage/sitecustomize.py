"""Loaded at the start of a service that is to do without one of its safeguards: the negative controls.

PIXYPROXY_TEST_SABOTAGE names what is taken away. The product knows nothing of this: its methods are replaced
here, in the processes of one experiment.
"""

import importlib
import os

_NAME = os.environ.get("PIXYPROXY_TEST_SABOTAGE")
if _NAME:
    importlib.import_module("safeguards").SABOTAGES[_NAME]()
