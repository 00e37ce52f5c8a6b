/* client.c: fetches URLs and posts messages, within limits. */
#include "config.h"

#include "lib/net/client.h"

#include <netinet/in.h>
#include <curl/curl.h>
#include <netdb.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "lib/base/clock.h"
#include "lib/base/conf.h"
#include "lib/base/pool.h"
#include "lib/base/text.h"
#include "lib/net/address.h"
#include "lib/net/content_coding.h"
#include "lib/net/content_disposition.h"
#include "lib/net/preload.h"
#include "lib/net/url.h"

/* A transfer that stays slower than this is ended. HEAD_BYTES is the limit for
   all headers, together with the body of a redirect. */
enum {
	MAX_REDIRECTS = 10,
	SLOW_BYTES = 100,
	SLOW_SECONDS = 10,
	HEAD_BYTES = 1 << 18
};

/* curl rounds times: it may end this many milliseconds before the deadline. */
enum { CLOCKS_MS = 100 };

static const char not_called[] = "the host is unknown or not allowed";

/* One request and its answer. Each redirect is a new request. */
struct client_call {
	const struct preload *preload;
	struct work *work;
	CURL *curl;
	long timeout; /* seconds in total */
	int64_t deadline_ms;
	int64_t max_bytes;
	int64_t received, bytes; /* of the body: as received, and decoded */
	struct content_coding *coding; /* set when the body begins */
	size_t head_bytes;
	client_sink *sink;
	void *arg;
	bool refused;     /* curl used an address that is not allowed */
	bool stopped;     /* work has the error */
	bool announces;   /* the body of a POST is only announced */
	bool heard;       /* all headers of the answer to a POST have come */
	const char *file; /* file name in the answer */
};

const char *client_library(void)
{
	return curl_version_info(CURLVERSION_NOW)->version;
}

static void free_addresses(void *list)
{
	freeaddrinfo(list);
}

static bool look_up(struct addrinfo **list, struct work *work, const char *host)
{
	const struct addrinfo hints = { .ai_family = AF_UNSPEC,
					.ai_socktype = SOCK_STREAM };
	int error = getaddrinfo(host, NULL, &hints, list);

	if (error == EAI_AGAIN || error == EAI_SYSTEM || error == EAI_MEMORY)
		return fail_transient(work, ERR_FETCH_FAILED,
				      "cannot look up host names now");
	if (error)
		return fail(work, ERR_FETCH_FAILED, not_called);
	pool_defer(work->pool, free_addresses, *list);
	return true;
}

static const char *address_text(struct pool *pool, const struct sockaddr *addr,
				socklen_t len)
{
	const bool is_v6 = addr->sa_family == AF_INET6;
	char text[INET6_ADDRSTRLEN] = "";

	getnameinfo(addr, len, text, sizeof(text), NULL, 0, NI_NUMERICHOST);
	return pool_printf(pool, is_v6 ? "[%s]" : "%s", text);
}

/* Sets "host:port:address,address" for CURLOPT_RESOLVE. One forbidden address
   makes the whole name forbidden, because curl may choose any of them. */
static bool pin(struct curl_slist **pinned, struct work *work,
		const struct url *url)
{
	struct addrinfo *list;
	const char *text =
		pool_printf(work->pool, "%s:%ld:", url->host, url->port);
	const char *comma = "";

	if (!look_up(&list, work, url->host))
		return false;
	for (; list; list = list->ai_next) {
		if (!address_may_be_called(list->ai_addr, work->conf))
			return fail(work, ERR_FETCH_FAILED, not_called);
		text = pool_printf(work->pool, "%s%s%s", text, comma,
				   address_text(work->pool, list->ai_addr,
						list->ai_addrlen));
		comma = ",";
	}
	/* A host that is an IP address needs no pin. */
	*pinned = url->literal ? NULL : curl_slist_append(NULL, text);
	return true;
}

/* Checks every address that curl connects to, wherever curl has it from. */
static curl_socket_t open_socket(void *arg, curlsocktype purpose,
				 struct curl_sockaddr *to)
{
	struct client_call *call = arg;

	if (purpose != CURLSOCKTYPE_IPCXN ||
	    !address_may_be_called(&to->addr, call->work->conf)) {
		call->refused = true;
		return CURL_SOCKET_BAD;
	}
	return socket(to->family, to->socktype | SOCK_CLOEXEC, to->protocol);
}

static size_t take_header(char *bytes, size_t one, size_t len, void *arg)
{
	struct client_call *call = arg;

	(void)bytes;
	call->head_bytes += one * len;
	return call->head_bytes > HEAD_BYTES ? 0 : one * len;
}

static long status_of(const struct client_call *call)
{
	long status = 0;

	curl_easy_getinfo(call->curl, CURLINFO_RESPONSE_CODE, &status);
	return status;
}

static bool is_redirect(long status)
{
	return status == 301 || status == 302 || status == 303 ||
	       status == 307 || status == 308;
}

static bool fail_too_large(const struct client_call *call)
{
	return fail(call->work, ERR_TOO_LARGE,
		    "expected at most %lld bytes, more came",
		    (long long)call->max_bytes);
}

static bool take_decoded(void *arg, struct work *work, const void *bytes,
			 size_t len)
{
	struct client_call *call = arg;

	call->bytes += (int64_t)len;
	if (call->bytes > call->max_bytes)
		return fail_too_large(call);
	return call->sink(call->arg, work, bytes, len);
}

/* Returns the value of a header of the answer, or NULL. */
static const char *header_of(const struct client_call *call, const char *name)
{
	struct curl_header *header;

	return curl_easy_header(call->curl, name, 0, CURLH_HEADER, -1,
				&header) == CURLHE_OK
		       ? header->value
		       : NULL;
}

/* Counts received bytes too, because bytes can decode to nothing. */
static bool decode(struct client_call *call, const void *bytes, size_t len)
{
	struct pool *pool = call->work->pool;

	call->received += (int64_t)len;
	if (call->received > call->max_bytes)
		return fail_too_large(call);
	if (!call->coding)
		call->coding = content_coding_new(
			pool, header_of(call, "Content-Encoding"));
	return content_coding_decode(call->coding, call->work, bytes, len,
				     take_decoded, call);
}

/* Reads the body only of a picture or a redirect. */
static size_t take_body(char *bytes, size_t one, size_t len, void *arg)
{
	struct client_call *call = arg;
	const long status = status_of(call);

	len *= one;
	if (is_redirect(status))
		return take_header(bytes, 1, len, arg);
	if (status != 200)
		return 0;
	call->stopped = !decode(call, bytes, len);
	return call->stopped ? 0 : len;
}

static bool fail_by_status(struct work *work, long status)
{
	static const char text[] = "the server answered %ld";

	if (status >= 500 || status == 408 || status == 429)
		return fail_transient(work, ERR_FETCH_FAILED, text, status);
	return fail(work, ERR_FETCH_FAILED, text, status);
}

static bool fail_by_time(const struct client_call *call)
{
	struct work *work = call->work;
	const struct conf *conf = work->conf;
	curl_off_t connected_us = 0;

	curl_easy_getinfo(call->curl, CURLINFO_CONNECT_TIME_T, &connected_us);
	if (clock_monotonic_ms() + CLOCKS_MS >= call->deadline_ms)
		return fail_transient(work, ERR_FETCH_FAILED,
				      "no answer within %ld s", call->timeout);
	if (!connected_us)
		return fail_transient(work, ERR_FETCH_FAILED,
				      "no connection within %ld s",
				      conf->fetch_connect_timeout);
	return fail_transient(work, ERR_FETCH_FAILED,
			      "the server sent less than %d bytes a second",
			      SLOW_BYTES);
}

static bool fail_by_code(const struct client_call *call, CURLcode code)
{
	struct work *work = call->work;

	switch (code) {
	case CURLE_OPERATION_TIMEDOUT:
		return fail_by_time(call);
	case CURLE_COULDNT_CONNECT:
		return fail_transient(work, ERR_FETCH_FAILED,
				      "the server refused the connection");
	case CURLE_GOT_NOTHING:
	case CURLE_PARTIAL_FILE:
	case CURLE_RECV_ERROR:
	case CURLE_SEND_ERROR:
	case CURLE_SSL_CONNECT_ERROR:
		return fail_transient(work, ERR_FETCH_FAILED,
				      "the answer ended too early");
	case CURLE_SSL_CACERT_BADFILE:
		return fail_transient(
			work, ERR_FETCH_FAILED,
			"cannot use https: found no CA certificates; "
			"set fetch_tls_ca");
	case CURLE_PEER_FAILED_VERIFICATION:
		return fail(work, ERR_FETCH_FAILED,
			    "the server's certificate is not valid");
	default:
		return fail(work, ERR_FETCH_FAILED,
			    "cannot understand the server's answer");
	}
}

static bool judge(struct client_call *call, CURLcode code)
{
	struct work *work = call->work;
	const long status = status_of(call);

	if (call->stopped)
		return false;
	if (call->refused)
		return fail(work, ERR_FETCH_FAILED, not_called);
	if (status && status != 200 && !is_redirect(status))
		return fail_by_status(work, status);
	if (code == CURLE_FILESIZE_EXCEEDED)
		return fail_too_large(call);
	if (code)
		return fail_by_code(call, code);
	return !call->coding ||
	       content_coding_end(call->coding, work, take_decoded, call);
}

/* Passes the CA certificates as bytes, because files cannot be read in the
   sandbox. */
static void set_trust(CURL *curl, const struct preload *preload)
{
	struct curl_blob blob = { preload->certificates, preload->len,
				  CURL_BLOB_NOCOPY };

	curl_easy_setopt(curl, CURLOPT_CAPATH, NULL);
	if (preload->len)
		curl_easy_setopt(curl, CURLOPT_CAINFO_BLOB, &blob);
	else
		curl_easy_setopt(curl, CURLOPT_CAINFO, "/dev/null");
}

static void set_options(struct client_call *call, const struct url *url,
			struct curl_slist *pinned)
{
	const struct conf *conf = call->work->conf;
	CURL *curl = call->curl;
	int64_t left_ms = call->deadline_ms - clock_monotonic_ms();

	set_trust(curl, call->preload);
	curl_easy_setopt(curl, CURLOPT_URL, url->text);
	curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(curl, CURLOPT_PROXY, "");
	curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
	curl_easy_setopt(curl, CURLOPT_RESOLVE, pinned);
	curl_easy_setopt(curl, CURLOPT_USERAGENT, "pixtier/" PACKAGE_VERSION);
	curl_easy_setopt(curl, CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1);
	curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT,
			 conf->fetch_connect_timeout);
	curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS,
			 (long)(left_ms > 1 ? left_ms : 1));
	curl_easy_setopt(curl, CURLOPT_LOW_SPEED_LIMIT, (long)SLOW_BYTES);
	curl_easy_setopt(curl, CURLOPT_LOW_SPEED_TIME, (long)SLOW_SECONDS);
	curl_easy_setopt(curl, CURLOPT_MAXFILESIZE_LARGE,
			 (curl_off_t)call->max_bytes);
	curl_easy_setopt(curl, CURLOPT_OPENSOCKETFUNCTION, open_socket);
	curl_easy_setopt(curl, CURLOPT_OPENSOCKETDATA, call);
	curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, take_header);
	curl_easy_setopt(curl, CURLOPT_HEADERDATA, call);
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take_body);
	curl_easy_setopt(curl, CURLOPT_WRITEDATA, call);
}

static const char *file_of(const struct client_call *call)
{
	struct pool *pool = call->work->pool;
	const char *file = content_disposition_filename(
		pool, header_of(call, "Content-Disposition"));

	return pool_strndup(pool, file, text_cut(file, CLIENT_FILE_MAX));
}

/* Makes one request. `next` is the target of a redirect, or NULL if this was
   the last request. */
static bool perform(const char **next, struct client_call *call,
		    const struct url *url)
{
	struct work *work = call->work;
	struct curl_slist *pinned = NULL;
	char *location = NULL;
	bool good;

	if (!pin(&pinned, work, url))
		return false;
	call->curl = curl_easy_init();
	if (!call->curl)
		return fail(work, ERR_INTERNAL, "libcurl does not start");
	set_options(call, url, pinned);
	good = judge(call, curl_easy_perform(call->curl));
	if (good && is_redirect(status_of(call))) {
		curl_easy_getinfo(call->curl, CURLINFO_REDIRECT_URL, &location);
		good = location || fail_by_status(work, status_of(call));
	}
	call->file = file_of(call);
	*next = good && location ? pool_strdup(work->pool, location) : NULL;
	curl_easy_cleanup(call->curl);
	curl_slist_free_all(pinned);
	return good;
}

static bool is_answer(const struct client_call *call, long status)
{
	return status >= 200 || (call->announces && status == 100);
}

/* Stops after the headers: the body is not needed. */
static size_t take_post_header(char *bytes, size_t one, size_t len, void *arg)
{
	struct client_call *call = arg;

	if (take_header(bytes, one, len, arg) != one * len)
		return 0;
	call->heard = (*bytes == '\r' || *bytes == '\n') &&
		      is_answer(call, status_of(call));
	return call->heard ? 0 : one * len;
}

/* The body that is only announced. */
static size_t send_nothing(char *bytes, size_t one, size_t len, void *arg)
{
	(void)bytes;
	(void)one;
	(void)len;
	(void)arg;
	return CURL_READFUNC_ABORT;
}

static size_t take_nothing(char *bytes, size_t one, size_t len, void *arg)
{
	(void)bytes;
	(void)one;
	(void)len;
	(void)arg;
	return 0;
}

static void set_body(CURL *curl, const struct client_message *message)
{
	if (message->gets)
		return;
	if (!message->announced) {
		curl_easy_setopt(curl, CURLOPT_POSTFIELDS, message->body);
		curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE,
				 (curl_off_t)message->len);
		return;
	}
	curl_easy_setopt(curl, CURLOPT_POST, 1L);
	curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE,
			 (curl_off_t)message->announced);
	curl_easy_setopt(curl, CURLOPT_READFUNCTION, send_nothing);
	curl_easy_setopt(curl, CURLOPT_EXPECT_100_TIMEOUT_MS,
			 2000 * message->timeout);
}

static void set_post_options(struct client_call *call,
			     struct curl_slist *headers,
			     const struct client_message *message)
{
	CURL *curl = call->curl;

	set_body(curl, message);
	curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
	curl_easy_setopt(curl, CURLOPT_LOW_SPEED_TIME, 0L);
	curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, take_post_header);
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take_nothing);
}

static void free_headers(void *headers)
{
	curl_slist_free_all(headers);
}

/* The empty "Expect:" keeps curl from waiting for "100 Continue", which some
   receivers do not know. */
static struct curl_slist *list_headers(struct pool *pool,
				       const struct client_message *message)
{
	const char *const *lines = message->headers;
	struct curl_slist *headers = curl_slist_append(
		NULL, message->announced ? "Expect: 100-continue" : "Expect:");

	while (headers && *lines)
		headers = curl_slist_append(headers, *lines++);
	pool_defer(pool, free_headers, headers);
	return headers;
}

/* Returns 0 if there is no date, or one that cannot be. */
static int64_t date_of(const struct client_call *call)
{
	const char *text = header_of(call, "Date");
	const time_t date = text ? curl_getdate(text, NULL) : 0;

	return date > 0 && date <= CLIENT_DATE_MAX ? date : 0;
}

static int has_noindex(const struct client_call *call)
{
	const char *text = header_of(call, "X-Robots-Tag");

	return text && text_starts(text, "noindex");
}

static bool judge_post(struct client_answer *answer,
		       const struct client_call *call, CURLcode code)
{
	if (call->refused)
		return fail(call->work, ERR_FETCH_FAILED, not_called);
	if (!call->heard)
		return fail_by_code(call, code);
	answer->status = status_of(call);
	answer->date = date_of(call);
	answer->noindex = has_noindex(call);
	return true;
}

bool client_post(struct client_answer *answer, const struct preload *preload,
		 struct work *work, const struct client_message *message)
{
	struct client_call call = {
		.preload = preload,
		.work = work,
		.timeout = message->timeout,
		.deadline_ms =
			clock_monotonic_ms() + message->timeout * INT64_C(1000),
		.announces = message->announced,
	};
	struct curl_slist *pinned = NULL;
	struct url url;
	bool good;

	if (!url_parse(&url, work, message->url))
		return fail(work, ERR_FETCH_FAILED,
			    "the URL is no longer allowed");
	if (!pin(&pinned, work, &url))
		return false;
	call.curl = curl_easy_init();
	if (!call.curl)
		return fail(work, ERR_INTERNAL, "libcurl does not start");
	set_options(&call, &url, pinned);
	set_post_options(&call, list_headers(work->pool, message), message);
	good = judge_post(answer, &call, curl_easy_perform(call.curl));
	curl_easy_cleanup(call.curl);
	curl_slist_free_all(pinned);
	return good;
}

bool client_get(const char **file, const struct preload *preload,
		struct work *work, const char *url, int64_t max_bytes,
		client_sink *sink, void *arg)
{
	struct client_call call = {
		.preload = preload,
		.work = work,
		.timeout = work->conf->fetch_timeout,
		.deadline_ms = clock_monotonic_ms() +
			       work->conf->fetch_timeout * INT64_C(1000),
		.max_bytes = max_bytes,
		.sink = sink,
		.arg = arg,
	};
	struct url parsed;

	for (int redirects = 0; redirects <= MAX_REDIRECTS; redirects++) {
		if (!url_parse(&parsed, work, url))
			return fail(work, ERR_FETCH_FAILED, "%s%s",
				    redirects ? "redirected to a wrong URL; "
					      : "",
				    work->why);
		if (!perform(&url, &call, &parsed))
			return false;
		if (!url) {
			*file = call.file;
			return true;
		}
	}
	return fail(work, ERR_FETCH_FAILED,
		    "expected at most %d redirects, more came", MAX_REDIRECTS);
}
