package problem

func init() {
	register(map[string]text{
		"upload_too_large": {"文件超过 {max} 字节", "the file is larger than {max} bytes"},
		"upload_swept":     {"此前上传的文件已被清理，请换一个 Idempotency-Key 重新上传", "the file sent before was swept; send it under a new Idempotency-Key"},
		"upload_empty":     {"文件是空的", "the file is empty"},
	})
}
