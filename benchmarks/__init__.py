"""What the lab costs, beside what it may cost: ``python -m benchmarks``.

How to read the figures
-----------------------
Each line gives what was measured, the budget where there is one, and their
ratio: below 1 is within the budget. Lines without a budget are there to compare
with; those that end in × are ratios within one run.

- Times depend on the machine, which is printed first, and on what else it does:
  the load average stands beside it. Ratios travel better between machines than
  times do.
- CPU a step is the CPU time that the page's main thread spent in tasks from Play
  to Complete, over the number of steps (TaskDuration of Chromium's Performance
  domain, in thread ticks). The minimal Dash page, a clock and one ``div``, is the
  floor that Dash itself sets.
- The answer to a changed weight is one WSGI call with the body that the page
  sends; bytes are those of the body, compressed as the client asked for it.
- A drag is 60 moves of the mouse in a second. Its times run from the last input
  event until the page shows its consequence for good.
- Everything is served from the same machine: loading times hold no network.

Nothing here passes or fails; the tests count, and never look at a clock.
"""

# First: it limits the BLAS threads before NumPy is imported, as the served lab does.
import components.serve  # noqa: F401
