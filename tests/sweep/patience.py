"""How many times longer than on an idle machine things may take here and now, for limits of time in tests."""

import os

SLOW = max(1.0, os.getloadavg()[0] / os.cpu_count()) if hasattr(os, "getloadavg") else 1.0
