"""Fisher Lab: the frame that lessons fill in, the stage that shows them, the palette.

Import it before numpy: matrices here are small and a server has many readers, so BLAS gets one thread (where a background
run shared two cores with other work, its idle threads made it five times slower).
"""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
