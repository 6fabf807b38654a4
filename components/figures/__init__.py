"""Pure builders: arrays in, figure out. A figure is a dict that plotly.js draws.

Plain dicts, because ``plotly.graph_objects`` spends more time on checking a
figure than the engine on computing it; the tests check each figure instead.
"""
