#ifndef LIB_PICTURE_BYTES_H
#define LIB_PICTURE_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Reads numbers from untrusted bytes. The caller checks bytes_hold() first. */
struct bytes {
	const uint8_t *data;
	size_t len;
};

static inline bool bytes_hold(struct bytes bytes, uint64_t offset,
			      uint64_t count)
{
	return offset <= bytes.len && count <= bytes.len - offset;
}

/* '?' in the signature matches any byte. */
static inline bool bytes_match(struct bytes bytes, uint64_t offset,
			       const char *signature, size_t len)
{
	if (!bytes_hold(bytes, offset, len))
		return false;
	for (size_t i = 0; i < len; i++)
		if (signature[i] != '?' &&
		    (uint8_t)signature[i] != bytes.data[offset + i])
			return false;
	return true;
}

static inline uint16_t le16(const uint8_t *at)
{
	return (uint16_t)(at[0] | at[1] << 8);
}

static inline uint32_t le24(const uint8_t *at)
{
	return le16(at) | (uint32_t)at[2] << 16;
}

static inline uint32_t le32(const uint8_t *at)
{
	return le16(at) | (uint32_t)le16(at + 2) << 16;
}

static inline uint16_t be16(const uint8_t *at)
{
	return (uint16_t)(at[0] << 8 | at[1]);
}

static inline uint32_t be32(const uint8_t *at)
{
	return (uint32_t)be16(at) << 16 | be16(at + 2);
}

static inline void put_be32(uint8_t *out, uint32_t value)
{
	out[0] = (uint8_t)(value >> 24);
	out[1] = (uint8_t)(value >> 16);
	out[2] = (uint8_t)(value >> 8);
	out[3] = (uint8_t)value;
}

static inline void put_le16(uint8_t *out, uint32_t value)
{
	out[0] = (uint8_t)value;
	out[1] = (uint8_t)(value >> 8);
}

static inline void put_le32(uint8_t *out, uint32_t value)
{
	put_le16(out, value);
	put_le16(out + 2, value >> 16);
}

#endif
