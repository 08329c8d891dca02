package assign

import (
	"math"

	"weft/runtime/model"
)

// distanceScorer scores how near the person is: 1 within Near km, from 0.5 down to
// 0 up to Limit km; farther people are out of the question unless the rule says
// otherwise.
func (d *decision) distanceScorer(f *model.AssignmentFactor) scorer {
	from, ok := placeOf(d.ofRecord(f.Field))
	if !ok {
		return constantly(text("why_record_unset", "factor", f.Title))
	}
	near, limit := f.Def.Reach()
	return func(p *person) mark {
		to, ok := placeOf(d.ofPerson(f.Person, p))
		if !ok {
			return unknown(f)
		}
		km := math.Round(kilometres(from, to)*10) / 10
		switch {
		case km <= near:
			return mark{score: 1, why: text("why_near", "km", km)}
		case km <= limit:
			return mark{score: (limit - km) / (limit - near) / 2, why: text("why_distance", "km", km, "near", near)}
		}
		far := text("skip_too_far", "km", km, "limit", limit)
		if f.Def.Beyond == "zero" {
			return mark{why: far}
		}
		return mark{why: far, skipped: &far, skipCode: skipTooFar}
	}
}

// place is a point of WGS 84 in degrees.
type place struct{ lat, lng float64 }

// placeOf reads a stored location.
func placeOf(stored any) (place, bool) {
	m, _ := stored.(map[string]any)
	lat, ok := m["lat"].(float64)
	lng, also := m["lng"].(float64)
	if !ok || !also {
		return place{}, false
	}
	p := place{lat, lng}
	if m["system"] == "gcj02" {
		p = p.fromGCJ02()
	}
	return p, true
}

const earthRadius = 6371.0088 // km, the mean

// kilometres is the length of the great circle between two places.
func kilometres(a, b place) float64 {
	rad := math.Pi / 180
	dLat, dLng := (b.lat-a.lat)*rad, (b.lng-a.lng)*rad
	h := math.Pow(math.Sin(dLat/2), 2) + math.Cos(a.lat*rad)*math.Cos(b.lat*rad)*math.Pow(math.Sin(dLng/2), 2)
	return 2 * earthRadius * math.Asin(math.Sqrt(min(1, h)))
}

// fromGCJ02 undoes the shift of GCJ-02 to a few metres. Outside of China there is none.
func (p place) fromGCJ02() place {
	if p.lng < 72.004 || p.lng > 137.8347 || p.lat < 0.8293 || p.lat > 55.8271 {
		return p
	}
	const axis, eccentricity = 6378245.0, 0.00669342162296594323 // of the ellipsoid of Krasovsky
	x, y := p.lng-105, p.lat-35
	dLat := -100 + 2*x + 3*y + 0.2*y*y + 0.1*x*y + 0.2*math.Sqrt(math.Abs(x)) + waves(x) +
		(20*math.Sin(y*math.Pi)+40*math.Sin(y/3*math.Pi)+160*math.Sin(y/12*math.Pi)+320*math.Sin(y*math.Pi/30))*2/3
	dLng := 300 + x + 2*y + 0.1*x*x + 0.1*x*y + 0.1*math.Sqrt(math.Abs(x)) + waves(x) +
		(20*math.Sin(x*math.Pi)+40*math.Sin(x/3*math.Pi)+150*math.Sin(x/12*math.Pi)+300*math.Sin(x/30*math.Pi))*2/3
	lat := p.lat * math.Pi / 180
	magic := 1 - eccentricity*math.Sin(lat)*math.Sin(lat)
	dLat = dLat * 180 / (axis * (1 - eccentricity) / (magic * math.Sqrt(magic)) * math.Pi)
	dLng = dLng * 180 / (axis / math.Sqrt(magic) * math.Cos(lat) * math.Pi)
	return place{p.lat - dLat, p.lng - dLng}
}

func waves(x float64) float64 {
	return (20*math.Sin(6*x*math.Pi) + 20*math.Sin(2*x*math.Pi)) * 2 / 3
}
