package picture

// locationReader reads an item location box: the locations of items to be
// removed.
type locationReader struct {
	*cursor
	data                        *cursor // inside the index, nil without
	offset, length, base, index int     // sizes of numbers in bytes
	found                       []byteRange
}

// itemLocations are the ranges of the items to be removed.
func itemLocations(box, data *cursor, gone map[int64]byteRange) []byteRange {
	p := &locationReader{cursor: box, data: data}
	version := p.uint(4) >> 24
	sizes := p.uint(2)
	p.offset, p.length, p.base, p.index = int(sizes>>12&15), int(sizes>>8&15), int(sizes>>4&15), int(sizes&15)
	if version == 0 {
		p.index = 0
	}
	if max(p.offset, p.length, p.base, p.index) > 8 {
		p.short = true
	}
	for n := p.uint(pick(version < 2, 2, 4)); n > 0 && !p.short; n-- {
		with, goes := gone[p.uint(pick(version < 2, 2, 4))]
		method := int64(0)
		if version > 0 {
			method = p.uint(2) & 15
		}
		if elsewhere := p.uint(2) != 0; elsewhere && method == 0 {
			method = 2 // in another file, cannot be located either
		}
		p.extents(p.uint(p.base), method, with, goes)
	}
	return p.found
}

// extents reads the parts of an item from an offset on, by its method: 0 in the
// file, 1 in the data inside the index.
func (p *locationReader) extents(from, method int64, with byteRange, goes bool) {
	n := p.uint(2)
	if !goes && p.index+p.offset+p.length == 0 {
		return // there is nothing to read, whatever n is
	}
	if method == 1 && p.data != nil {
		from, method = from+p.data.at, 0
	}
	for ; n > 0 && !p.short; n-- {
		p.uint(p.index)
		at, size := from+p.uint(p.offset), p.uint(p.length)
		if !goes || p.short {
			continue
		}
		if method != 0 || size == 0 || len(p.found) == maxHeifRemoved {
			p.short = true
			return
		}
		if with.from, with.to = at, at+size; int64(len(with.fill)) > size {
			with.fill = ""
		}
		p.found = append(p.found, with)
		with.fill = ""
	}
}
