; The Windows setup program (nsis.sourceforge.io/Docs). Called by build/windows-setup.ts.
;
;   setup.exe                                     asks for the server's URL, the system id, the interval
;   setup.exe /S /URL=… /SYSTEMID=… /INTERVAL=…   asks nothing; what is not given stays as it is
;   Uninstall.exe [/S] [/PURGE]                   keeps settings and unsent reports but for /PURGE
;
; Exit status: 0 done, 2 the program could not be put there or the service could not be started.
;
; It puts one program under Program Files and lets that do the rest: `service install` copies the
; settings, registers the task that runs at boot without a log-in, and starts it.

Unicode true
Target amd64-unicode
!ifdef QUICK
SetCompress off
!else
SetCompressor /SOLID lzma
!endif
; The files' own times would differ from build to build.
SetDateSave off
RequestExecutionLevel admin
ManifestDPIAware true

!include MUI2.nsh
!include nsDialogs.nsh
!include LogicLib.nsh
!include FileFunc.nsh
!include WinMessages.nsh

Name "System Monitor"
OutFile "${OUTPUT}"
InstallDir "$PROGRAMFILES64\System Monitor"
BrandingText "System Monitor ${VERSION}"

VIProductVersion "${FILE_VERSION}"
VIFileVersion "${FILE_VERSION}"
VIAddVersionKey ProductName "System Monitor"
VIAddVersionKey CompanyName "System Monitor"
VIAddVersionKey FileDescription "System Monitor Setup"
VIAddVersionKey FileVersion "${VERSION}"
VIAddVersionKey ProductVersion "${VERSION}"
VIAddVersionKey LegalCopyright "MIT License"

!define PROGRAM "system-monitor.exe"
!define APP_KEY "Software\Microsoft\Windows\CurrentVersion\Uninstall\System Monitor"
!define PATH_KEY "SYSTEM\CurrentControlSet\Control\Session Manager\Environment"

!define MUI_ICON "${ICON}"
!define MUI_UNICON "${ICON}"
!define MUI_ABORTWARNING
!define MUI_FINISHPAGE_TITLE "System Monitor is running"
!define MUI_FINISHPAGE_TEXT "This machine now reports to your server, and will after every start of Windows, whether or not anybody logs in.$\r$\n$\r$\nIn a new terminal:$\r$\n$\r$\n    system-monitor status$\r$\n    system-monitor config"

!insertmacro MUI_PAGE_WELCOME
Page custom askSettings takeSettings
!insertmacro MUI_PAGE_INSTFILES
!insertmacro MUI_PAGE_FINISH
!insertmacro MUI_UNPAGE_CONFIRM
!insertmacro MUI_UNPAGE_INSTFILES
!insertmacro MUI_LANGUAGE English

Var Url
Var SystemId
Var Interval
Var UrlField
Var SystemIdField
Var IntervalField
Var Flags

!macro readOption NAME VARIABLE
  ${GetParameters} $R0
  StrCpy $R1 "${NAME}"
  Call optionValue
  StrCpy ${VARIABLE} $R2
!macroend

Function .onInit
  SetRegView 64
  SetShellVarContext all
  !insertmacro readOption "/URL=" $Url
  !insertmacro readOption "/SYSTEMID=" $SystemId
  !insertmacro readOption "/INTERVAL=" $Interval
FunctionEnd

; The value of the option $R1 in the words $R0, into $R2: up to the next blank, blanks and all where
; the value, or the option with it, is quoted. (NSIS's own GetOptions ends a value at the next slash: http: would be left of a URL.)
Function optionValue
  StrCpy $R2 ""
  StrLen $R3 $R1
  StrCpy $R4 0
  find:
    StrCpy $R5 $R0 $R3 $R4
    StrCmp $R5 "" done
    StrCmp $R5 $R1 found
    IntOp $R4 $R4 + 1
    Goto find
  found:
    StrCpy $R6 " "
    IntOp $R5 $R4 - 1
    StrCmp $R4 0 unquoted
    StrCpy $R5 $R0 1 $R5
    StrCmp $R5 '"' 0 unquoted
    StrCpy $R6 '"'
  unquoted:
    IntOp $R4 $R4 + $R3
    StrCpy $R5 $R0 1 $R4
    StrCmp $R5 '"' 0 next
    StrCpy $R6 '"'
    IntOp $R4 $R4 + 1
  next:
    StrCpy $R5 $R0 1 $R4
    StrCmp $R5 "" done
    StrCmp $R5 $R6 done
    StrCpy $R2 "$R2$R5"
    IntOp $R4 $R4 + 1
    Goto next
  done:
FunctionEnd

Function un.onInit
  SetRegView 64
  SetShellVarContext all
FunctionEnd

; ---- The page of settings ------------------------------------------------------------------------

Function askSettings
  !insertmacro MUI_HEADER_TEXT "Settings" "Where this machine sends its reports"
  nsDialogs::Create 1018
  Pop $0
  ${NSD_CreateLabel} 0 0 100% 10u "Server's URL"
  Pop $0
  ${NSD_CreateText} 0 12u 100% 13u "$Url"
  Pop $UrlField
  ${NSD_CreateLabel} 0 34u 100% 10u "System ID"
  Pop $0
  ${NSD_CreateText} 0 46u 100% 13u "$SystemId"
  Pop $SystemIdField
  ${NSD_CreateLabel} 0 68u 100% 10u "Seconds between reports"
  Pop $0
  ${NSD_CreateText} 0 80u 30% 13u "$Interval"
  Pop $IntervalField
  ${NSD_CreateLabel} 0 102u 100% 24u "A field that you leave empty stays as it is. A new installation makes its own ID, reports every 60 seconds, and keeps its reports until a URL is set. You can change all of this later with $\"system-monitor config$\"."
  Pop $0
  nsDialogs::Show
FunctionEnd

Function takeSettings
  ${NSD_GetText} $UrlField $Url
  ${NSD_GetText} $SystemIdField $SystemId
  ${NSD_GetText} $IntervalField $Interval
FunctionEnd

; ---- PATH, without NSIS's limit of 1024 characters for a string ------------------------------------
; The value is worked on in memory of its own by Windows' calls. Each macro expects "$INSTDIR" to be
; short, which it is; $0 to $7 are used.

; $5: a buffer that holds the machine's PATH with $6 bytes to spare, or 0. The key is open as $1.
!macro openPath
  StrCpy $5 0
  System::Call 'advapi32::RegOpenKeyExW(p 0x80000002, w "${PATH_KEY}", i 0, i 0x20103, *p .r1) i .r0'
  ${If} $0 = 0
    System::Call 'advapi32::RegQueryValueExW(p r1, w "Path", p 0, *i .r2, p 0, *i 0 r3) i .r0'
    ${If} $0 = 0
      IntOp $4 $3 + 4096
      System::Call 'kernel32::GlobalAlloc(i 0x40, i r4) p .r5'
      System::Call 'advapi32::RegQueryValueExW(p r1, w "Path", p 0, *i .r2, p r5, *i r3 r3) i .r0'
    ${EndIf}
  ${EndIf}
!macroend

; Writes the buffer back with its old type and closes everything.
!macro closePath WRITE
  ${If} $5 P<> 0
    ${If} ${WRITE} = 1
      System::Call 'kernel32::lstrlenW(p r5) i .r3'
      IntOp $3 $3 + 1
      IntOp $3 $3 * 2
      System::Call 'advapi32::RegSetValueExW(p r1, w "Path", i 0, i r2, p r5, i r3) i .r0'
      SendMessage ${HWND_BROADCAST} ${WM_SETTINGCHANGE} 0 "STR:Environment" /TIMEOUT=5000
    ${EndIf}
    System::Call 'kernel32::GlobalFree(p r5)'
    System::Call 'advapi32::RegCloseKey(p r1)'
  ${EndIf}
!macroend

Function addToPath
  !insertmacro openPath
  ${If} $5 P<> 0
    System::Call 'shlwapi::StrStrIW(p r5, w ";$INSTDIR") p .r6'
    StrCpy $7 0
    ${If} $6 P= 0
      System::Call 'kernel32::lstrcatW(p r5, w ";$INSTDIR")'
      StrCpy $7 1
    ${EndIf}
    !insertmacro closePath $7
  ${EndIf}
FunctionEnd

Function un.removeFromPath
  !insertmacro openPath
  ${If} $5 P<> 0
    System::Call 'shlwapi::StrStrIW(p r5, w ";$INSTDIR") p .r6'
    StrCpy $7 0
    ${If} $6 P<> 0
      StrLen $3 ";$INSTDIR"
      IntOp $3 $3 * 2
      IntPtrOp $4 $6 + $3
      ; What follows is moved over it: lstrcpyW must not be given overlapping strings.
      System::Call 'kernel32::lstrlenW(p r4) i .r3'
      IntOp $3 $3 + 1
      IntOp $3 $3 * 2
      System::Call 'kernel32::RtlMoveMemory(p r6, p r4, p r3)'
      StrCpy $7 1
    ${EndIf}
    !insertmacro closePath $7
  ${EndIf}
FunctionEnd

; ---- Install, also over an older version -----------------------------------------------------------

; Adds an option to $Flags unless its value is empty. A quote would end the value early.
!macro addFlag NAME VALUE
  ${If} "${VALUE}" != ""
    StrCpy $Flags '$Flags ${NAME} "${VALUE}"'
  ${EndIf}
!macroend

Section
  SetOutPath "$INSTDIR"
  IfFileExists "$INSTDIR\${PROGRAM}" 0 fresh
    DetailPrint "Stopping the running version"
    nsExec::Exec '"$INSTDIR\${PROGRAM}" service stop'
    Pop $0
    ; Windows does not overwrite a program that runs, for instance in somebody's terminal, but lets
    ; it be renamed.
    Delete "$INSTDIR\${PROGRAM}.old"
    Rename "$INSTDIR\${PROGRAM}" "$INSTDIR\${PROGRAM}.old"
  fresh:
  ClearErrors
  File "${FILES}/${PROGRAM}"
  File "${FILES}/LICENSE.txt"
  File "${FILES}/THIRD-PARTY-LICENSES.txt"
  IfErrors 0 copied
    DetailPrint "The program could not be written to $INSTDIR"
    SetErrorLevel 2
    Abort
  copied:
  Delete /REBOOTOK "$INSTDIR\${PROGRAM}.old"
  WriteUninstaller "$INSTDIR\Uninstall.exe"

  WriteRegStr HKLM "${APP_KEY}" DisplayName "System Monitor"
  WriteRegStr HKLM "${APP_KEY}" DisplayVersion "${VERSION}"
  WriteRegStr HKLM "${APP_KEY}" DisplayIcon "$INSTDIR\${PROGRAM}"
  WriteRegStr HKLM "${APP_KEY}" Publisher "System Monitor"
  WriteRegStr HKLM "${APP_KEY}" InstallLocation "$INSTDIR"
  WriteRegStr HKLM "${APP_KEY}" UninstallString '"$INSTDIR\Uninstall.exe"'
  WriteRegStr HKLM "${APP_KEY}" QuietUninstallString '"$INSTDIR\Uninstall.exe" /S'
  WriteRegDWORD HKLM "${APP_KEY}" NoModify 1
  WriteRegDWORD HKLM "${APP_KEY}" NoRepair 1
  ${GetSize} "$INSTDIR" "/S=0K" $0 $1 $2
  WriteRegDWORD HKLM "${APP_KEY}" EstimatedSize $0
  Call addToPath

  ; Nobody is asked: without a URL, what is there stays, and a new service waits for one.
  StrCpy $Flags " --without-url"
  !insertmacro addFlag "--url" "$Url"
  !insertmacro addFlag "--system-id" "$SystemId"
  !insertmacro addFlag "--interval" "$Interval"
  DetailPrint "Starting the service"
  nsExec::ExecToLog '"$INSTDIR\${PROGRAM}" service install$Flags'
  Pop $0
  ${If} $0 != 0
    DetailPrint "The service could not be started: $0"
    MessageBox MB_ICONEXCLAMATION "The program is installed, but its service could not be started ($0). See the details for the reason." /SD IDOK
    SetErrorLevel 2
    SetDetailsView show
  ${EndIf}
SectionEnd

; ---- Uninstall ---------------------------------------------------------------------------------------

Section Uninstall
  StrCpy $Flags ""
  ${GetParameters} $R0
  ClearErrors
  ${GetOptions} $R0 "/PURGE" $R1
  ${IfNot} ${Errors}
    StrCpy $Flags " --purge"
  ${EndIf}
  nsExec::ExecToLog '"$INSTDIR\${PROGRAM}" service uninstall$Flags'
  Pop $0
  Call un.removeFromPath
  Delete /REBOOTOK "$INSTDIR\${PROGRAM}"
  Delete /REBOOTOK "$INSTDIR\${PROGRAM}.old"
  Delete "$INSTDIR\LICENSE.txt"
  Delete "$INSTDIR\THIRD-PARTY-LICENSES.txt"
  Delete "$INSTDIR\Uninstall.exe"
  RMDir "$INSTDIR"
  DeleteRegKey HKLM "${APP_KEY}"
SectionEnd
