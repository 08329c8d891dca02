package fusetest

import (
	"context"
	"syscall"

	"github.com/hanwen/go-fuse/v2/fs"
	"github.com/hanwen/go-fuse/v2/fuse"
)

var (
	_ fs.NodeLookuper = (*node)(nil)
	_ fs.NodeCreater  = (*node)(nil)
	_ fs.NodeMkdirer  = (*node)(nil)
	_ fs.NodeUnlinker = (*node)(nil)
	_ fs.NodeRmdirer  = (*node)(nil)
	_ fs.NodeRenamer  = (*node)(nil)
)

// Lookup finds an entry.
func (n *node) Lookup(_ context.Context, name string, out *fuse.EntryOut) (*fs.Inode, syscall.Errno) {
	n.disk.mu.Lock()
	defer n.disk.mu.Unlock()
	child := n.names[name]
	if child == nil {
		return nil, syscall.ENOENT
	}
	child.attr(&out.Attr)
	return child.EmbeddedInode(), 0
}

// Create makes a file.
func (n *node) Create(ctx context.Context, name string, _, _ uint32, out *fuse.EntryOut) (*fs.Inode, fs.FileHandle, uint32, syscall.Errno) {
	return n.add(ctx, name, false, out), nil, 0, 0
}

// Mkdir makes a directory.
func (n *node) Mkdir(ctx context.Context, name string, _ uint32, out *fuse.EntryOut) (*fs.Inode, syscall.Errno) {
	return n.add(ctx, name, true, out), 0
}

func (n *node) add(ctx context.Context, name string, dir bool, out *fuse.EntryOut) *fs.Inode {
	child := n.disk.newNode(dir)
	inode := n.NewPersistentInode(ctx, child, fs.StableAttr{Mode: child.mode()})
	n.disk.mu.Lock()
	defer n.disk.mu.Unlock()
	n.names[name] = child
	child.attr(&out.Attr)
	return inode
}

// Unlink removes a file; Cut shows it until the directory is flushed.
func (n *node) Unlink(_ context.Context, name string) syscall.Errno {
	n.disk.mu.Lock()
	defer n.disk.mu.Unlock()
	delete(n.names, name)
	return 0
}

// Rmdir removes an empty directory.
func (n *node) Rmdir(_ context.Context, name string) syscall.Errno {
	n.disk.mu.Lock()
	defer n.disk.mu.Unlock()
	if child := n.names[name]; child != nil && len(child.names) > 0 {
		return syscall.ENOTEMPTY
	}
	delete(n.names, name)
	return 0
}

// Rename moves an entry; both directories must be flushed for it to last.
func (n *node) Rename(_ context.Context, name string, newParent fs.InodeEmbedder, newName string, _ uint32) syscall.Errno {
	to, ok := newParent.(*node)
	if !ok {
		return syscall.EXDEV
	}
	n.disk.mu.Lock()
	defer n.disk.mu.Unlock()
	child := n.names[name]
	if child == nil {
		return syscall.ENOENT
	}
	delete(n.names, name)
	to.names[newName] = child
	return 0
}
