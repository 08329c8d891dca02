package main

import (
	"context"
	"errors"
	"net"
	"strings"

	"weft/runtime/files"
	"weft/runtime/problem"
)

// remedies say what to do when a step with the storage fails.
var remedies = map[string]string{
	"put":    "the key needs the right s3:PutObject on what lies in the bucket, and the bucket must be there (or --s3-make-bucket given)",
	"list":   "the key needs the right s3:ListBucket on the bucket",
	"get":    "the key needs the right s3:GetObject on what lies in the bucket",
	"remove": "the key needs the right s3:DeleteObject on what lies in the bucket",

	"begin upload": "the key needs the right s3:PutObject on what lies in the bucket; attachments above 16 MiB go there in parts",
	"list uploads": "the key needs the right s3:ListBucketMultipartUploads on the bucket; uploads that were cut off take room until then",
	"end upload":   "the key needs the right s3:AbortMultipartUpload on what lies in the bucket; uploads that were cut off take room until then",
}

// examineFiles checks the storage of attachments, and whether all are there.
func (n *node) examineFiles(ctx context.Context) []finding {
	out := n.examineStorage(ctx)
	missing, count, err := n.Files.FindMissingBytes(ctx)
	switch {
	case err != nil:
		out = append(out, bad("files", "%s", sentence(err)))
	case len(missing) > 0:
		out = append(out, bad("files", "%d of %d attachments have no file in the storage (first: %s); restore them from a backup", len(missing), count, missing[0]))
	default:
		out = append(out, good("files", "%d attachments, all there", count))
	}
	return out
}

// examineStorage tries every operation that weft uses on the storage.
func (n *node) examineStorage(ctx context.Context) []finding {
	place := n.Files.Location()
	bucket := n.Files.Dir() == ""
	var out []finding
	var done []string
	for _, t := range n.Files.Probe(ctx) {
		if t.Err == nil {
			done = append(done, t.Action)
			continue
		}
		var network net.Error
		remedy := "see that the folder belongs to the user that runs weft, and that its disk has room"
		switch {
		case bucket && errors.As(t.Err, &network):
			remedy = "see that the endpoint is right and can be reached from here"
		case bucket:
			remedy = remedies[t.Action]
		}
		out = append(out, bad("storage", "%s: %s failed: %s; %s", place, t.Action, reason(t.Err), remedy))
	}
	if len(out) == 0 {
		out = append(out, good("storage", "%s: %s work", place, strings.Join(done, ", ")))
	}
	if err := n.Files.ClaimOwnership(ctx); errors.Is(err, files.ErrOtherOwner) {
		out = append(out, bad("storage", "%s holds the attachments of another database; give each a folder, or a bucket or prefix, of its own (until then nothing is swept)", place))
	}
	if !bucket {
		return out
	}
	ahead, known, err := n.Files.ClockDifference(ctx)
	if err != nil {
		return append(out, bad("storage clock", "%s; see that the endpoint can be reached from here", sentence(err)))
	}
	if known {
		out = append(out, examineClock("storage clock", "the S3 service", ahead, 0))
	}
	return out
}

// reason is the cause of a problem, which callers of the API do not see.
func reason(err error) string {
	if p := problem.As(err); p != nil && p.Err != nil {
		err = p.Err
	}
	return sentence(err)
}
