package picture

import (
	"image"
	"image/color"

	"golang.org/x/image/draw"
)

// thumbnailOf makes a picture that fits into a square of edge pixels, oriented
// as Exif says; a smaller one keeps its size.
func thumbnailOf(src image.Image, edge int, orientation uint16) *image.RGBA {
	size := src.Bounds().Size()
	w, h := size.X, size.Y
	if long := max(w, h); long > edge {
		w, h = max(1, (w*edge+long/2)/long), max(1, (h*edge+long/2)/long)
	}
	// A scaler that reads each pixel of a large picture needs several times its
	// memory. So k times the wanted size is sampled, four pixels a sample, and
	// k by k samples are averaged.
	k := max(1, min(8, maxSampledEdge/max(w, h), size.X/w, size.Y/h))
	return oriented(downsampled(src, w, h, k), orientation)
}

// maxSampledEdge is the longer edge of what is sampled, in pixels.
const maxSampledEdge = 3200

// bandRows is how many rows of the thumbnail are made at a time: sampling
// everything at once would take 40 MB.
const bandRows = 16

// downsampled is a picture of w by h pixels, each averaged from k by k samples.
func downsampled(src image.Image, w, h, k int) *image.RGBA {
	dst := image.NewRGBA(image.Rect(0, 0, w, h))
	band := image.NewRGBA(image.Rect(0, 0, k*w, k*bandRows))
	for y := 0; y < h; y += bandRows {
		band.Rect.Min.Y, band.Rect.Max.Y = k*y, k*min(y+bandRows, h)
		draw.ApproxBiLinear.Scale(band, image.Rect(0, 0, k*w, k*h), src, src.Bounds(), draw.Src, nil)
		average(dst, band, k)
	}
	return dst
}

// average averages k by k samples of a band into one pixel each.
func average(dst, band *image.RGBA, k int) {
	for y := band.Rect.Min.Y / k; y < band.Rect.Max.Y/k; y++ {
		for x := range dst.Rect.Dx() {
			var sum [4]int
			for j := range k {
				row := band.Pix[band.PixOffset(x*k, y*k+j):][:4*k]
				for i, v := range row {
					sum[i%4] += int(v)
				}
			}
			for i, v := range sum {
				dst.Pix[y*dst.Stride+x*4+i] = uint8((v + k*k/2) / (k * k))
			}
		}
	}
}

// oriented turns a picture as its orientation (Exif 2.32, 4.6.4.A) says.
func oriented(src *image.RGBA, orientation uint16) *image.RGBA {
	if orientation < 2 || orientation > 8 {
		return src
	}
	w, h := src.Bounds().Dx(), src.Bounds().Dy()
	size := image.Rect(0, 0, w, h)
	if orientation >= 5 {
		size = image.Rect(0, 0, h, w)
	}
	dst := image.NewRGBA(size)
	for y := range size.Dy() {
		for x := range size.Dx() {
			dst.SetRGBA(x, y, orientedPixel(src, orientation, x, y, w, h))
		}
	}
	return dst
}

// orientedPixel is the pixel of the turned picture at x, y.
func orientedPixel(src *image.RGBA, orientation uint16, x, y, w, h int) color.RGBA {
	switch orientation {
	case 2:
		return src.RGBAAt(w-1-x, y)
	case 3:
		return src.RGBAAt(w-1-x, h-1-y)
	case 4:
		return src.RGBAAt(x, h-1-y)
	case 5:
		return src.RGBAAt(y, x)
	case 6:
		return src.RGBAAt(y, h-1-x)
	case 7:
		return src.RGBAAt(w-1-y, h-1-x)
	}
	return src.RGBAAt(w-1-y, x)
}
