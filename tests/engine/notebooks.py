"""Small notebooks that show everything a cell can show, one a subject; each cell is a text."""

from __future__ import annotations

import nbformat

NOTEBOOKS: dict[str, tuple[str, ...]] = {
    "results": (
        "1 + 1",
        "_ * 10, Out",
        "x = 5\nx;",
        "x",
        "In[1], _i, _3, __",
        "None",
        "'a' * 3; 'b'",
        "class Bundle:\n    def _repr_mimebundle_(self, include=None, exclude=None):\n"
        "        return {'text/plain': 'plain', 'text/html': '<b>x</b>'}, {'text/html': {'isolated': True}}\nBundle()",
        "class Page:\n    def _repr_html_(self):\n        return '<i>page</i>'\nPage()",
        "class Bad:\n    def _repr_html_(self):\n        raise ValueError('no page')\n    def __repr__(self):\n"
        "        return 'bad'\nBad()",
        "class Worse:\n    def __repr__(self):\n        raise ValueError('no repr')\nWorse()",
        "get_ipython().__class__.__name__, 'IPKernelApp' in get_ipython().config",
        "__name__, __doc__",
        "import os, sys\nos.environ['MPLBACKEND'], os.environ['PAGER'], sys.path[0], sys.argv[0][-21:]",
    ),
    "streams": (
        "import sys, os, time, subprocess\nprint('a'); print('b', file=sys.stderr); print('c')",
        "print('a'); time.sleep(0.35); print('b', file=sys.stderr); time.sleep(0.35); print('c')",
        "print('a', flush=True); print('b', file=sys.stderr, flush=True); print('c')",
        "for i in range(3):\n    print(i, end=' ')\nprint()\nsys.stdout.write('end')",
        "print('tiếng Việt ≥ 1.000 ' * 3)",
        "print('x' * 200_000)",
        "sys.stdout.isatty(), sys.stdout.name, sys.stdout.encoding, sys.stdout.writable()",
        "try:\n    sys.stdout.write(5)\nexcept TypeError as error:\n    print(error)",
        "sys.stdout.writelines(['a\\n', 'b\\n'])",
        "import warnings; warnings.warn('careful'); warnings.warn('old', DeprecationWarning)",
        "import logging; logging.warning('root')\nlogging.getLogger('a.b').info('unseen')\n"
        "logging.getLogger('a.b').error('seen')",
        "import threading\nt = threading.Thread(target=lambda: print('from a thread')); t.start(); t.join()",
        "from concurrent.futures import ThreadPoolExecutor\nwith ThreadPoolExecutor(1) as pool:\n"
        "    print(list(pool.map(lambda n: print('n', n) or n, range(3))))",
    ),
    "subprocesses": (
        "import subprocess, os, sys, time\n!echo hello; echo there >&2",
        "lines = !printf 'one\\ntwo\\n'\nlines",
        "x = 7\n!echo {x} $x",
        "!exit 3\n_exit_code",
        "print('before')\nsubprocess.run(['echo', 'inside'], check=True); time.sleep(0.1)\nprint('after')",
        "os.write(1, b'raw out\\n'); os.write(2, b'raw err\\n'); time.sleep(0.1)",
        "os.system('echo shell'); time.sleep(0.1)",
        "import ctypes\nlibc = ctypes.CDLL(None); libc.puts(b'from C'); libc.fflush(None); time.sleep(0.1)",
        "print('to the file', file=sys.__stdout__, flush=True); time.sleep(0.1)",
        "%%bash\necho one\nsleep 0.3\necho two >&2\nsleep 0.3\nfor i in 1 2 3; do echo $i; done",
        "%%bash --out text\necho kept",
        "text",
        "%%sh\nexit 4",
        "subprocess.run(['sh', '-c', 'head -c 150000 /dev/zero | tr \"\\\\0\" y']); time.sleep(0.3)\nprint('end')",
        "subprocess.run(['cat'], input=b'fed\\n'); time.sleep(0.1)",
        "from multiprocessing import get_context\n"
        "p = get_context('fork').Process(target=print, args=('from a fork',)); p.start(); p.join(); time.sleep(0.3)",
    ),
    "displays": (
        "from IPython.display import display, HTML, Markdown, Image, JSON, clear_output, Latex, SVG, Javascript\n"
        "display(HTML('<p>1</p>')); print('between'); display(Markdown('*2*'), {'a': 1})\n3",
        "display({'text/plain': 'raw', 'application/x+json': {'k': [1, None]}}, raw=True,\n"
        "        metadata={'block': 'cover', 'n': 1})",
        "h = display('first', display_id='d'); print('x'); display('other', display_id='d')",
        "h.update(HTML('<b>changed</b>'))",
        "h2 = display('a', display_id=True); h2.update('b'); h2.display('c')",
        "print('gone'); clear_output(); print('stays')",
        "print('gone'); clear_output(wait=True); print('stays')",
        "print('stays'); clear_output(wait=True)",
        "print('out', end=''); print('err', file=__import__('sys').stderr); display(1); print('more')",
        "pixel = '89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c489'\n"
        "display(Image(data=bytes.fromhex(pixel), format='png'))",
        "JSON({'a': [1, 2]}), Latex('x^2')",
        "display(SVG('<svg xmlns=\"http://www.w3.org/2000/svg\"><g/></svg>'), Javascript('1'))",
        "data = {'k': [1]}\ndisplay({'application/json': data}, raw=True)\ndata['k'].append(2)",
        "import datetime\ndisplay({'application/json': {'d': datetime.date(2020, 1, 2), 'n': float('nan')}}, raw=True)",
        "display(object=1)",
        "display()",
        "import pandas as pd; pd.DataFrame({'a': [1, 2], 'b': ['x', None]})",
    ),
    "magics": (
        "%%capture kept\nprint('hidden'); 5",
        "kept.stdout, [str(o) for o in kept.outputs]",
        "%%capture --no-stderr\nimport sys; print('hidden'); print('shown', file=sys.stderr)",
        "%time 1 + 1",
        "%%time\nsum(range(10))",
        "%timeit -n1 -r1 1 + 1",
        "%who_ls",
        "%precision 2\n3.14159",
        "%pwd",
        "%unknown_magic",
        "%%writefile /dev/null\nx",
        "%load_ext no_such_extension",
        "len?",
        "%pinfo len",
        "%xmode Plain",
        "1 / 0",
        "%xmode Context",
        "%env HOME_OF_NONE=1",
        "%history -n 1-2",
        "%alias",
        "%cd -q /\n%pwd",
    ),
    "awaiting": (
        "import asyncio\nawait asyncio.sleep(0.01); 'slept'",
        "async def f(n):\n    await asyncio.sleep(0.01)\n    return n\nawait asyncio.gather(f(1), f(2))",
        "asyncio.run(f(3))",
        "asyncio.get_event_loop().is_running()",
        "async for i in (x async for x in aiter_()) : print(i)",
        "await f('x')\n1 / 0",
        "async with asyncio.timeout(5):\n    print(await f(4))",
    ),
    "errors": (
        "def g(n):\n    return 1 / n\ng(0)",
        "raise KeyboardInterrupt",
        "input('name? ')",
        "import getpass; getpass.getpass()",
        "import sys; sys.exit(0)",
        "sys.exit('bad end')",
        "def f(:\n    pass",
        "  indented = 1\n wrong = 2",
        "class Odd(Exception):\n    def __str__(self):\n        raise ValueError('x')\nraise Odd()",
        "try:\n    {}['k']\nexcept KeyError as e:\n    raise RuntimeError('second') from e",
        "raise ExceptionGroup('several', [ValueError(1), TypeError(2)])",
        "import warnings\nwarnings.simplefilter('error'); warnings.warn('now an error')",
        "assert 1 == 2, 'not equal'",
        "print('partial'); undefined_name",
        "class Own(Exception):\n    def _render_traceback_(self):\n        return ['own traceback']\nraise Own('x')",
        "eval('1 +')",
        "raise BaseException('base')",
        "def deep(n):\n    return deep(n - 1) if n else 1 / 0\ndeep(5)",
    ),
    "figures": (
        "%matplotlib inline\nimport matplotlib.pyplot as plt\nplt.plot([1, 2]); print('after the plot')",
        "fig, ax = plt.subplots(); ax.plot([3, 1]); plt.show(); print('after show')",
        "fig, ax = plt.subplots(figsize=(2, 1))\nfig",
        "for i in range(2):\n    plt.figure(figsize=(1, 1)); plt.plot([i, 1])",
        "plt.close('all'); plt.get_backend()",
        "import plotly.graph_objects as go, plotly.io as pio\nfig = go.Figure(go.Bar(y=[1, 2])); pio.renderers.default",
        "pio.renderers.default = 'plotly_mimetype'\nfig.show()\nfig",
    ),
    "figures_unasked": (
        "import matplotlib.pyplot as plt\nplt.plot([1, 2])",
        "1",
        "plt.plot([2, 1]); plt.show()",
    ),
    "widgets": (
        "import comm\nc = comm.create_comm(target_name='nobody', data={'a': 1}); c.send({'b': 2}); c.close(); 1",
        "from tqdm import tqdm\nlen(list(tqdm(range(3), disable=False, bar_format='{desc}{n}/{total}')))",
    ),
}  # fmt: skip
"""Subject to the sources of its code cells; every cell may fail and the next goes on."""


def notebook(sources: tuple[str, ...], *, tolerant: bool = True) -> nbformat.NotebookNode:
    """Return a notebook of code cells, with fixed ids; `tolerant` lets every cell fail."""
    tags = {"tags": ["raises-exception"]} if tolerant else {}
    cells = [nbformat.v4.new_code_cell(s, id=f"c{n}", metadata=tags) for n, s in enumerate(sources)]
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": kernel})
