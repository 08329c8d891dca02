package fusetest

import (
	"context"
	"syscall"

	"github.com/hanwen/go-fuse/v2/fs"
	"github.com/hanwen/go-fuse/v2/fuse"
)

var (
	_ fs.NodeGetattrer = (*node)(nil)
	_ fs.NodeSetattrer = (*node)(nil)
	_ fs.NodeOpener    = (*node)(nil)
	_ fs.NodeReader    = (*node)(nil)
	_ fs.NodeWriter    = (*node)(nil)
	_ fs.NodeFsyncer   = (*node)(nil)
	_ fs.NodeFlusher   = (*node)(nil)
)

// Getattr tells mode and size.
func (n *node) Getattr(_ context.Context, _ fs.FileHandle, out *fuse.AttrOut) syscall.Errno {
	n.disk.mu.Lock()
	defer n.disk.mu.Unlock()
	n.attr(&out.Attr)
	return 0
}

func (n *node) attr(a *fuse.Attr) {
	a.Mode, a.Size, a.Blksize = n.mode(), uint64(len(n.data)), 4096
	a.Blocks = (a.Size + 511) / 512
}

// Setattr sets the size; modes and times are accepted and forgotten.
func (n *node) Setattr(_ context.Context, _ fs.FileHandle, in *fuse.SetAttrIn, out *fuse.AttrOut) syscall.Errno {
	n.disk.mu.Lock()
	defer n.disk.mu.Unlock()
	if size, ok := in.GetSize(); ok && !n.dir {
		old := int64(len(n.data))
		n.resize(int64(size))
		n.dirty = append(n.dirty, span{min(old, int64(size)), max(old, int64(size))})
	}
	n.attr(&out.Attr)
	return 0
}

func (n *node) resize(size int64) {
	if size <= int64(cap(n.data)) {
		old := len(n.data)
		n.data = n.data[:size]
		for i := old; i < len(n.data); i++ {
			n.data[i] = 0
		}
		return
	}
	grown := make([]byte, size, max(size, 2*int64(cap(n.data))))
	copy(grown, n.data)
	n.data = grown
}

// Open needs no handle: the node has all the state.
func (n *node) Open(context.Context, uint32) (fs.FileHandle, uint32, syscall.Errno) {
	return nil, fuse.FOPEN_KEEP_CACHE, 0
}

// Read reads what was written, flushed or not.
func (n *node) Read(_ context.Context, _ fs.FileHandle, dest []byte, off int64) (fuse.ReadResult, syscall.Errno) {
	n.disk.mu.Lock()
	defer n.disk.mu.Unlock()
	if off >= int64(len(n.data)) {
		return fuse.ReadResultData(nil), 0
	}
	return fuse.ReadResultData(dest[:copy(dest, n.data[off:])]), 0
}

// Write changes the file, not its flushed content.
func (n *node) Write(_ context.Context, _ fs.FileHandle, data []byte, off int64) (uint32, syscall.Errno) {
	n.disk.mu.Lock()
	defer n.disk.mu.Unlock()
	end := off + int64(len(data))
	if end > int64(len(n.data)) {
		n.resize(end)
	}
	copy(n.data[off:end], data)
	n.dirty = append(n.dirty, span{off, end})
	return uint32(len(data)), 0
}

// Fsync makes the file's bytes, or the directory's entries, survive a Cut.
func (n *node) Fsync(context.Context, fs.FileHandle, uint32) syscall.Errno {
	n.disk.mu.Lock()
	defer n.disk.mu.Unlock()
	if n.dir {
		if n.disk.broken != "" && n.Path(nil) == n.disk.broken {
			return syscall.EIO
		}
		n.flushedNames = map[string]*node{}
		for name, child := range n.names {
			n.flushedNames[name] = child
		}
		return 0
	}
	size := int64(len(n.data))
	if int64(len(n.flushed)) > size {
		n.flushed = n.flushed[:size]
	}
	for int64(len(n.flushed)) < size {
		n.flushed = append(n.flushed, make([]byte, size-int64(len(n.flushed)))...)
	}
	for _, s := range n.dirty {
		if from, to := min(s.from, size), min(s.to, size); from < to {
			copy(n.flushed[from:to], n.data[from:to])
		}
	}
	n.dirty = n.dirty[:0]
	return 0
}

// Flush is close(2): it flushes nothing.
func (n *node) Flush(context.Context, fs.FileHandle) syscall.Errno { return 0 }
