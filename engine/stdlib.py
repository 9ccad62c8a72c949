"""The names of the standard library's modules. Data.

`STDLIB`: `sys.stdlib_module_names` of Python 3.11, without the private ones. `EVERYWHERE`: those of them that every Python 3
has, on every platform, and that code commonly imports.
"""

_EVERYWHERE = """
abc argparse array ast asyncio base64 binascii bisect builtins bz2 calendar cmath codecs collections concurrent configparser
contextlib copy csv ctypes dataclasses datetime decimal difflib email enum errno fnmatch fractions ftplib functools gc
getpass gettext glob gzip hashlib heapq hmac html http imaplib importlib inspect io ipaddress itertools json locale logging
lzma math mimetypes multiprocessing numbers operator os pathlib pickle pkgutil platform poplib pprint queue random re select
shelve shlex shutil signal smtplib socket sqlite3 ssl stat statistics string struct subprocess sys tarfile tempfile textwrap
threading time timeit traceback types typing unicodedata unittest urllib uuid warnings weakref xml xmlrpc zipfile zlib
"""
_ELSEWHERE = """
aifc antigravity asynchat asyncore atexit audioop bdb cProfile cgi cgitb chunk cmd code codeop colorsys compileall
contextvars copyreg crypt curses dbm dis distutils doctest encodings ensurepip faulthandler fcntl filecmp fileinput
genericpath getopt graphlib grp idlelib imghdr imp keyword lib2to3 linecache mailbox mailcap marshal mmap modulefinder
msilib msvcrt netrc nis nntplib nt ntpath nturl2path opcode optparse ossaudiodev pdb pickletools pipes plistlib posix
posixpath profile pstats pty pwd py_compile pyclbr pydoc pydoc_data pyexpat quopri readline reprlib resource rlcompleter
runpy sched secrets selectors site smtpd sndhdr socketserver spwd sre_compile sre_constants sre_parse stringprep sunau
symtable sysconfig syslog tabnanny telnetlib termios this tkinter token tokenize tomllib trace tracemalloc tty turtle
turtledemo uu venv wave webbrowser winreg winsound wsgiref xdrlib zipapp zipimport zoneinfo
"""

EVERYWHERE = frozenset(_EVERYWHERE.split())
STDLIB = EVERYWHERE | frozenset(_ELSEWHERE.split())
