package problem

func init() {
	register(map[string]text{
		"upload_too_large": {"文件超过 {max} 字节", "the file is larger than {max} bytes"},
		"upload_empty":     {"文件是空的", "the file is empty"},
	})
}
