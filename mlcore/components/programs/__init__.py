"""The programs that draw components; importing one imports all, always in one order.

Of the last presets `registry.spread` keeps those of the bases that were named first: were
the order that of whoever imports, two programs would know different components.
"""

import importlib
import pkgutil

for _module in pkgutil.walk_packages(__path__, f"{__name__}."):
    importlib.import_module(_module.name)
