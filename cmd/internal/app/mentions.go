package app

import (
	"context"
	"time"

	"weft/runtime/comment"
	"weft/runtime/notify"
	"weft/runtime/query"
	"weft/runtime/store"
	"weft/schemas"
)

// mentionNotifier tells people that a comment is addressed to them.
type mentionNotifier struct{ *notify.Service }

// mentionLength is how much of a comment its notification shows, in characters.
const mentionLength = 200

// MentionOps implements comment.Notifier.
func (n mentionNotifier) MentionOps(ctx context.Context, to []string, by string, c comment.Comment) ([]store.Op, error) {
	at, err := time.Parse(query.InstantLayout, c.At)
	if err != nil {
		return nil, err
	}
	text := []rune(c.Text)
	if len(text) > mentionLength {
		text = append(text[:mentionLength], '…')
	}
	return n.Ops(ctx, notify.Message{
		To: to, Entity: c.Entity, Record: c.Record, Cause: c.ID, Key: "comment/" + c.ID, At: at,
		Text: schemas.Title{ZhCN: by + " 在评论中提到了你：" + string(text), En: by + " mentioned you in a comment: " + string(text)},
	})
}
