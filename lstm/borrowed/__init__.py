"""What the map has other libraries compute, each imported only when it is called.

Both come with ``pip install 'lstm-lab[map]'``; without them there are the principal
components and the regions of the relief, which need NumPy alone.
"""
