"""The page's view of finished runs: one file per page, which reads run folders and shows what results know of them.

What starts runs and makes scenarios stands in `command/dashboard/`, for results know neither scenarios nor the world.
"""
