package picture

import (
	"image"
	"image/color"
)

// Bounds of what is decoded.
const (
	maxDecodedBytes = 80 << 20  // of one decoded picture, as far as can be told before
	maxTotalBytes   = 100 << 20 // of those being decoded at the same time
	collectAbove    = 8 << 20   // pictures above it are garbage-collected at once
	maxPixelScans   = 500e6     // pixels times scans of a JPEG
)

// decodedBytes is roughly how many bytes decoding takes.
func decodedBytes(mediaType string, c image.Config, n pictureInfo) float64 {
	each := 4.0
	switch {
	case mediaType == "image/jpeg":
		each = jpegBytes(n)
	case mediaType == "image/webp" && c.ColorModel == color.YCbCrModel && !n.lossless:
		each = 1.5
	case mediaType == "image/webp":
		each = 10
	case c.ColorModel == color.GrayModel && !n.transparent:
		each = 1
	case c.ColorModel == color.Gray16Model && !n.transparent:
		each = 2
	case c.ColorModel == color.RGBA64Model, c.ColorModel == color.NRGBA64Model, c.ColorModel == color.Gray16Model:
		each = 8
	}
	if _, palette := c.ColorModel.(color.Palette); palette {
		each = 1
	}
	if n.interlaced {
		each *= 2 // each pass is a picture
	}
	return float64(c.Width) * float64(c.Height) * each
}

// jpegBytes is how many bytes a pixel of a JPEG takes.
func jpegBytes(n pictureInfo) float64 {
	each := n.samples
	if n.progressive {
		each *= 1 + 4 // coefficients are kept until the last scan
	}
	if n.components == 4 || n.components == 3 && n.rgb {
		each += 4 // colours other than YCbCr are assembled in another picture
	}
	return each
}

// memoryShare is how much of the memory a picture reserves. It is half at
// least, so that no more than two are decoded at a time, and all for a lossless
// WebP, whose code trees may take more than its pixels.
func memoryShare(cost float64, n pictureInfo) int64 {
	if n.lossless {
		return maxTotalBytes
	}
	return max(int64(cost), maxTotalBytes/2)
}
