"""The engine: report notebooks run on forks of one warm process, with the outputs of a stock kernel.

`registered` is the papermill engine ``discipline``; `server` the warm parent that forks a child for each
report; `kernel` and `streams` an IPython kernel without sockets; `client` papermill's own client on it.
Nothing is imported here: papermill loads every registered engine whenever it starts.
"""
