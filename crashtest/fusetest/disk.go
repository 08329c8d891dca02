// Package fusetest is a small file system in memory, mounted through FUSE, that
// separates written from flushed data. Cut shows what a disk would hold after a
// loss of power: only flushed bytes, and only entries of flushed directories.
package fusetest

import (
	"context"
	"os"
	"path/filepath"
	"sync"
	"syscall"

	"github.com/hanwen/go-fuse/v2/fs"
	"github.com/hanwen/go-fuse/v2/fuse"
)

// Disk is a mounted file system.
type Disk struct {
	Dir    string // where it is mounted
	server *fuse.Server
	mu     sync.Mutex
	root   *node
	broken string
}

// node is a file or a directory, as it is and as it was last flushed.
type node struct {
	fs.Inode
	disk *Disk

	dir  bool
	data []byte
	// flushed is the content at the last fsync; dirty lists the ranges changed
	// since, so that a flush copies only those.
	flushed []byte
	dirty   []span
	// names and flushedNames are the entries of a directory.
	names, flushedNames map[string]*node
}

type span struct{ from, to int64 }

// Mount makes a new disk with the contents of the folder from ("": none), flushed.
func Mount(dir, from string) (*Disk, error) {
	d := &Disk{Dir: dir}
	d.root = d.newNode(true)
	if from != "" {
		if err := d.root.load(from); err != nil {
			return nil, err
		}
	}
	server, err := fs.Mount(dir, d.root, &fs.Options{
		MountOptions: fuse.MountOptions{DirectMount: true, MaxWrite: 1 << 20, Name: "powerloss"},
		OnAdd:        func(ctx context.Context) { d.root.attach(ctx) },
	})
	if err != nil {
		return nil, err
	}
	d.server = server
	return d, nil
}

// Break makes flushes of a folder, given relative to the root of the disk, fail from
// now on; "" ends that.
func (d *Disk) Break(folder string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.broken = folder
}

// Close unmounts the disk; data that was not flushed is lost.
func (d *Disk) Close() error { return d.server.Unmount() }

// Cut writes the data that is flushed now to the folder to, which must be empty.
func (d *Disk) Cut(to string) error {
	d.mu.Lock()
	image := d.root.image()
	d.mu.Unlock()
	return image.write(to)
}

func (d *Disk) newNode(dir bool) *node {
	n := &node{disk: d, dir: dir}
	if dir {
		n.names, n.flushedNames = map[string]*node{}, map[string]*node{}
	}
	return n
}

// load reads a folder of the real disk.
func (n *node) load(path string) error {
	entries, err := os.ReadDir(path)
	if err != nil {
		return err
	}
	for _, e := range entries {
		child := n.disk.newNode(e.IsDir())
		name := filepath.Join(path, e.Name())
		if e.IsDir() {
			err = child.load(name)
		} else {
			child.data, err = os.ReadFile(name)
			child.flushed = append([]byte(nil), child.data...)
		}
		if err != nil {
			return err
		}
		n.names[e.Name()], n.flushedNames[e.Name()] = child, child
	}
	return nil
}

// attach makes inodes for the nodes that load has read.
func (n *node) attach(ctx context.Context) {
	for name, child := range n.names {
		n.AddChild(name, n.NewPersistentInode(ctx, child, fs.StableAttr{Mode: child.mode()}), true)
		if child.dir {
			child.attach(ctx)
		}
	}
}

func (n *node) mode() uint32 {
	if n.dir {
		return syscall.S_IFDIR | 0o755
	}
	return syscall.S_IFREG | 0o644
}

// image is a copy of the flushed data.
type image struct {
	data    []byte
	entries map[string]*image
}

func (n *node) image() *image {
	if !n.dir {
		return &image{data: append([]byte(nil), n.flushed...)}
	}
	i := &image{entries: map[string]*image{}}
	for name, child := range n.flushedNames {
		i.entries[name] = child.image()
	}
	return i
}

func (i *image) write(path string) error {
	if i.entries == nil {
		return os.WriteFile(path, i.data, 0o600)
	}
	if err := os.MkdirAll(path, 0o700); err != nil {
		return err
	}
	for name, child := range i.entries {
		if err := child.write(filepath.Join(path, name)); err != nil {
			return err
		}
	}
	return nil
}
