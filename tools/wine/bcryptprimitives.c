/* Lets the runtime start under wine 8, of which two things keep it. prepare builds it and puts it next
   to codex.exe; Windows has its own. */
#include <windows.h>

#include <ntsecapi.h>
#include <stdio.h>

/* wine 8 lacks bcryptprimitives.dll. Rust's programs take only this function from it. */
__declspec(dllexport) BOOL WINAPI ProcessPrng(PBYTE data, SIZE_T size) {
  return RtlGenRandom(data, (ULONG)size);
}

/* The runtime reads its id through a second handle while it locks the new file, which wine refuses
   ("Lock violation"). It locks no file that is there. */
static void write_installation_id(void) {
  unsigned char bytes[16];
  char id[37];
  wchar_t file[MAX_PATH + 32];
  HANDLE handle;
  DWORD written = 0;
  const DWORD size = GetEnvironmentVariableW(L"CODEX_HOME", file, MAX_PATH);
  if (size == 0 || size >= MAX_PATH || !RtlGenRandom(bytes, sizeof bytes)) return;
  bytes[6] = (unsigned char)((bytes[6] & 0x0f) | 0x40);
  bytes[8] = (unsigned char)((bytes[8] & 0x3f) | 0x80);
  snprintf(id, sizeof id, "%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x",
           bytes[0], bytes[1], bytes[2], bytes[3], bytes[4], bytes[5], bytes[6], bytes[7], bytes[8],
           bytes[9], bytes[10], bytes[11], bytes[12], bytes[13], bytes[14], bytes[15]);
  lstrcatW(file, L"\\installation_id");
  handle = CreateFileW(file, GENERIC_WRITE, 0, NULL, CREATE_NEW, FILE_ATTRIBUTE_NORMAL, NULL);
  if (handle == INVALID_HANDLE_VALUE) return;
  WriteFile(handle, id, 36, &written, NULL);
  CloseHandle(handle);
}

BOOL WINAPI DllMain(HINSTANCE library, DWORD reason, LPVOID reserved) {
  (void)library;
  (void)reserved;
  if (reason == DLL_PROCESS_ATTACH) write_installation_id();
  return TRUE;
}
