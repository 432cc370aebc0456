"""What Streamlit runs at every touch: the page over the folder of runs that it was given."""

import sys

from command.dashboard import screen

screen.render(sys.argv[1])
