//! Native modules that talk to other processes: `_socket`, `select`, `fcntl`, `_posixsubprocess`.
#![allow(non_upper_case_globals)]
