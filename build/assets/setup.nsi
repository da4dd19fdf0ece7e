; The Windows setup program (nsis.sourceforge.io/Docs). Called by build/windows-setup.ts.
;
;   setup.exe                                     asks for the server's URL, the system id, the interval
;   setup.exe /S /URL=… /SYSTEMID=… /INTERVAL=…   asks nothing; what is not given stays as it is
;   setup.exe /S … /D=D:\Folder                   into another folder; last on the line, without quotes
;   Uninstall.exe [/S] [/PURGE]                   keeps settings and unsent reports but for /PURGE
;
; Exit status: 0 done; 2 nothing was changed, and what ran before runs again. The reason goes to
; standard output and to Windows\Logs\system-monitor-setup.log.
;
; The new program lies beside the old one, is started, and has looked at flags and settings, before
; it takes the old one's place. It does the rest: `service install` saves the flags, registers the
; task that runs at boot without a log-in, and starts it; with Uninstall.exe beside it, it is not
; copied elsewhere. When that fails, the old one comes back.

Unicode true
; An x86 one runs on every Windows for arm64 too; those before 11 run no x64 program.
Target ${STUB}-unicode
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

!define PROGRAM "system-monitor.exe"
!define NEW_PROGRAM "system-monitor.new.exe"
!define USUAL_FOLDER "$PROGRAMFILES64\System Monitor"
!define LOG_FOLDER "$WINDIR\Logs"
!define TRY_TIMEOUT_MS 120000
!define APP_KEY "Software\Microsoft\Windows\CurrentVersion\Uninstall\System Monitor"
!define PATH_KEY "SYSTEM\CurrentControlSet\Control\Session Manager\Environment"

Name "System Monitor"
OutFile "${OUTPUT}"
InstallDir "${USUAL_FOLDER}"
BrandingText "System Monitor ${VERSION}"

VIProductVersion "${FILE_VERSION}"
VIFileVersion "${FILE_VERSION}"
VIAddVersionKey ProductName "System Monitor"
VIAddVersionKey CompanyName "System Monitor"
VIAddVersionKey FileDescription "System Monitor Setup"
VIAddVersionKey FileVersion "${VERSION}"
VIAddVersionKey ProductVersion "${VERSION}"
VIAddVersionKey LegalCopyright "MIT License"


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
Var Reason
; The name that the old program has for the time being; empty while it is in its place.
Var Old
; 1 once the new program is in its place.
Var IsSwapped
; 1 where this setup made the folder.
Var IsNewFolder

; Ends the setup: what ran before runs again, and TEXT says why.
!macro giveUp TEXT
  StrCpy $Reason `${TEXT}`
  Call giveUp
!macroend
!define giveUp '!insertmacro giveUp'

Function .onInit
  SetRegView 64
  SetShellVarContext all
  StrCpy $Old ""
  StrCpy $IsSwapped 0
  StrCpy $IsNewFolder 0
  StrCpy $Reason ""
  Call readOptions
  ; A place that was chosen once stays.
  ReadRegStr $0 HKLM "${APP_KEY}" InstallLocation
  ${If} $0 != ""
    ${If} $INSTDIR == "${USUAL_FOLDER}"
      StrCpy $INSTDIR $0
    ${ElseIf} $INSTDIR != $0
      StrCpy $Reason "System Monitor is installed in $0. To move it to $INSTDIR, uninstall it there first; to upgrade it, leave /D out."
    ${EndIf}
  ${EndIf}
  ${If} $Reason != ""
    Call sayReason
    SetErrorLevel 2
    Abort
  ${EndIf}
FunctionEnd

; ---- The command line ------------------------------------------------------------------------------

; An option begins a word, so that a value may hold anything. What is no option of ours may be a
; misspelt one, for which nothing is touched.
Function readOptions
  ; NSIS cuts off what is longer, and the last value would be half a one.
  StrLen $0 $CMDLINE
  IntOp $0 $0 + 1
  ${If} $0 >= ${NSIS_MAX_STRLEN}
    StrCpy $Reason "The command line is too long: it may have ${NSIS_MAX_STRLEN} characters."
    Return
  ${EndIf}
  ${GetParameters} $R0
  ${Do}
    Call nextWord
    ${If} $R1 = 0
      ${Break}
    ${EndIf}
    StrCpy $0 $R2 5
    StrCpy $1 $R2 10
    ${If} $0 == "/URL="
      StrCpy $Url $R2 "" 5
    ${ElseIf} $1 == "/INTERVAL="
      StrCpy $Interval $R2 "" 10
    ${ElseIf} $1 == "/SYSTEMID="
      StrCpy $SystemId $R2 "" 10
    ${ElseIf} $R2 == "/S"
      SetSilent silent
    ${ElseIf} $R2 != "/NCRC"
      StrCpy $Reason "There is no option $R2. The options are /S, /URL=, /SYSTEMID=, /INTERVAL= and, last and without quotes, /D=."
    ${EndIf}
  ${Loop}
FunctionEnd

; Takes the next word off $R0 into $R2; $R1 is 0 where there is none. Quotes keep blanks together,
; wherever they stand, and are dropped.
Function nextWord
  StrCpy $R1 0
  StrCpy $R2 ""
  StrCpy $R4 0
  ${Do}
    StrCpy $R3 $R0 1
    ${If} $R3 == ""
      ${Break}
    ${EndIf}
    StrCpy $R0 $R0 "" 1
    ${If} $R3 == '"'
      StrCpy $R1 1
      IntOp $R4 $R4 ^ 1
    ${ElseIf} $R3 == " "
    ${AndIf} $R4 = 0
      ${If} $R1 = 1
        ${Break}
      ${EndIf}
    ${Else}
      StrCpy $R1 1
      StrCpy $R2 "$R2$R3"
    ${EndIf}
  ${Loop}
FunctionEnd

; Adds an option to $Flags unless its value is empty.
!macro addFlag NAME VALUE
  StrCpy $0 "${NAME}"
  StrCpy $1 "${VALUE}"
  Call addFlag
!macroend

; Quoted as CommandLineToArgvW takes it apart: a backslash before the closing quote is doubled.
Function addFlag
  ${If} $1 == ""
    Return
  ${EndIf}
  StrCpy $2 ""
  StrCpy $3 $1
  ${Do}
    StrCpy $4 $3 1 -1
    ${If} $4 != "\"
      ${Break}
    ${EndIf}
    StrCpy $2 "$2\"
    StrCpy $3 $3 -1
  ${Loop}
  StrCpy $Flags '$Flags "$0=$1$2"'
FunctionEnd

; ---- What is said, and how the setup gives up --------------------------------------------------------

; Says $Reason to whoever watches: a window, the standard output of a silent call, and a file in a
; folder where only administrators may write.
Function sayReason
  DetailPrint $Reason
  System::Call 'kernel32::GetStdHandle(i -11) p .r0'
  ${If} $0 P> 0
    FileWrite $0 "$Reason$\r$\n"
  ${EndIf}
  CreateDirectory "${LOG_FOLDER}"
  ClearErrors
  FileOpen $0 "${LOG_FOLDER}\system-monitor-setup.log" w
  ${IfNot} ${Errors}
    FileWriteUTF16LE /BOM $0 "$Reason$\r$\n"
    FileClose $0
  ${EndIf}
  MessageBox MB_ICONEXCLAMATION $Reason /SD IDOK
FunctionEnd

Function giveUp
  Call restore
  Call sayReason
  SetDetailsView show
  SetErrorLevel 2
  Abort
FunctionEnd

; Also where NSIS itself gives up: it could not write a file.
Function .onInstFailed
  ${If} $Reason == ""
    StrCpy $Reason "The files could not be written to $INSTDIR: the disk may be full. Nothing was changed."
    Call restore
    Call sayReason
  ${EndIf}
  SetErrorLevel 2
FunctionEnd

; Puts everything back; whatever was not done yet need not be undone.
Function restore
  ${If} $Old != ""
    DetailPrint "Putting the old version back"
    ${If} $IsSwapped = 1
      Delete "$INSTDIR\${NEW_PROGRAM}"
      Rename "$INSTDIR\${PROGRAM}" "$INSTDIR\${NEW_PROGRAM}"
    ${EndIf}
    Rename "$INSTDIR\$Old" "$INSTDIR\${PROGRAM}"
    StrCpy $Old ""
    ${If} $IsSwapped = 1
      ; The task may be the new version's, with arguments that the old one does not know.
      nsExec::Exec '"$INSTDIR\${PROGRAM}" service install --without-url'
      Pop $0
      ${If} $0 != 0
        nsExec::Exec '"$INSTDIR\${PROGRAM}" service start'
        Pop $0
      ${EndIf}
    ${EndIf}
  ${ElseIf} $IsSwapped = 1
    nsExec::Exec '"$INSTDIR\${PROGRAM}" service uninstall'
    Pop $0
    Delete "$INSTDIR\${PROGRAM}"
  ${EndIf}
  StrCpy $IsSwapped 0
  Delete /REBOOTOK "$INSTDIR\${NEW_PROGRAM}"
  ${If} $IsNewFolder = 1
    Delete "$INSTDIR\LICENSE.txt"
    Delete "$INSTDIR\THIRD-PARTY-LICENSES.txt"
    Delete "$INSTDIR\Uninstall.exe"
    SetOutPath "$TEMP"
    RMDir "$INSTDIR"
  ${EndIf}
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
; short, which it is; $0 to $9 are used.

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

; The code of the character at address $9, into $8.
!macro characterAt
  System::Call '*$9(&i2 .r8)'
!macroend

; $6: where $INSTDIR stands in the buffer $5 as an entry of its own, or 0; $7: where that entry ends.
; Another one may begin like ours ("…\System Monitor Tools"), or end like it.
!macro entryFinder PREFIX
Function ${PREFIX}findEntry
  StrCpy $6 $5
  ${Do}
    System::Call 'shlwapi::StrStrIW(p r6, w "$INSTDIR") p .r6'
    ${If} $6 P= 0
      Return
    ${EndIf}
    StrLen $3 $INSTDIR
    IntOp $3 $3 * 2
    IntPtrOp $7 $6 + $3
    StrCpy $9 $7
    !insertmacro characterAt
    ${If} $8 = 92 ; a backslash at its end names the same folder
      IntPtrOp $7 $7 + 2
      StrCpy $9 $7
      !insertmacro characterAt
    ${EndIf}
    ${If} $8 = 0
    ${OrIf} $8 = 59 ; a semicolon
      StrCpy $8 59
      ${If} $6 P<> $5
        IntPtrOp $9 $6 - 2
        !insertmacro characterAt
      ${EndIf}
      ${If} $8 = 59
        Return
      ${EndIf}
    ${EndIf}
    IntPtrOp $6 $6 + 2
  ${Loop}
FunctionEnd
!macroend
!insertmacro entryFinder ""
!insertmacro entryFinder "un."

Function addToPath
  !insertmacro openPath
  ${If} $5 P<> 0
    Call findEntry
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
    Call un.findEntry
    StrCpy $9 0
    ${If} $6 P<> 0
      ; With the semicolon before it, or, where it is the first, the one behind it.
      ${If} $6 P<> $5
        IntPtrOp $6 $6 - 2
      ${Else}
        StrCpy $9 $7
        !insertmacro characterAt
        ${If} $8 = 59
          IntPtrOp $7 $7 + 2
        ${EndIf}
      ${EndIf}
      ; What follows is moved over it: lstrcpyW must not be given overlapping strings.
      System::Call 'kernel32::lstrlenW(p r7) i .r3'
      IntOp $3 $3 + 1
      IntOp $3 $3 * 2
      System::Call 'kernel32::RtlMoveMemory(p r6, p r7, p r3)'
      StrCpy $9 1
    ${EndIf}
    !insertmacro closePath $9
  ${EndIf}
FunctionEnd

; ---- Install, also over an older version -----------------------------------------------------------

; Runs the new program as it will be run. ${giveUp} with its own words where it fails.
!macro tryProgram WORDS REASON
  nsExec::ExecToStack /TIMEOUT=${TRY_TIMEOUT_MS} '"$INSTDIR\${NEW_PROGRAM}" ${WORDS}'
  Pop $0
  Pop $1
  ${If} $0 != 0
    ${giveUp} "${REASON} ($0). Nothing was changed.$\r$\n$1"
  ${EndIf}
!macroend

; The program runs as SYSTEM: whoever may write where it lies is SYSTEM. Under Program Files that is
; seen to; another folder is made so, and must be ours alone.
Function prepareFolder
  ${IfNot} ${FileExists} "$INSTDIR\*.*"
    StrCpy $IsNewFolder 1
  ${ElseIfNot} ${FileExists} "$INSTDIR\${PROGRAM}"
  ${AndIf} $INSTDIR != "${USUAL_FOLDER}"
    ${DirState} "$INSTDIR" $0
    ${If} $0 = 1
      ${giveUp} "$INSTDIR holds other files. Name a folder with /D that is not there yet. Nothing was changed."
    ${EndIf}
  ${EndIf}
  SetOutPath "$INSTDIR"
  ${If} $INSTDIR != "${USUAL_FOLDER}"
    nsExec::Exec '"$SYSDIR\icacls.exe" "$INSTDIR" /inheritance:r /grant:r *S-1-5-18:(OI)(CI)F *S-1-5-32-544:(OI)(CI)F *S-1-5-32-545:(OI)(CI)RX /Q'
    Pop $0
    ${If} $0 != 0
      ${giveUp} "$INSTDIR could not be closed to other users ($0), and the program runs as SYSTEM. Nothing was changed."
    ${EndIf}
  ${EndIf}
FunctionEnd

; A name beside the program that is free, into $0: an older one may still run in somebody's terminal.
Function freeOldName
  StrCpy $1 0
  ${Do}
    StrCpy $0 "${PROGRAM}.old"
    ${If} $1 > 0
      StrCpy $0 "${PROGRAM}.$1.old"
    ${EndIf}
    Delete "$INSTDIR\$0"
    IntOp $1 $1 + 1
  ${LoopWhile} ${FileExists} "$INSTDIR\$0"
FunctionEnd

; Windows does not overwrite a program that runs, but lets it be renamed.
Function swap
  ${If} ${FileExists} "$INSTDIR\${PROGRAM}"
    Call freeOldName
    ClearErrors
    Rename "$INSTDIR\${PROGRAM}" "$INSTDIR\$0"
    ${If} ${Errors}
      ${giveUp} "$INSTDIR\${PROGRAM} cannot be replaced: another program holds it open. Nothing was changed."
    ${EndIf}
    StrCpy $Old $0
  ${EndIf}
  ClearErrors
  Rename "$INSTDIR\${NEW_PROGRAM}" "$INSTDIR\${PROGRAM}"
  ${If} ${Errors}
    ${giveUp} "$INSTDIR\${PROGRAM} could not be written. Nothing was changed."
  ${EndIf}
  StrCpy $IsSwapped 1
FunctionEnd

Section
  Call prepareFolder
  Delete "$INSTDIR\${NEW_PROGRAM}"
  ClearErrors
  File "/oname=${NEW_PROGRAM}" "${FILES}/${PROGRAM}"
  File "${FILES}/LICENSE.txt"
  File "${FILES}/THIRD-PARTY-LICENSES.txt"
  WriteUninstaller "$INSTDIR\Uninstall.exe"
  ${If} ${Errors}
    ${giveUp} "The files could not be written to $INSTDIR: the disk may be full, or another program holds them open. Nothing was changed."
  ${EndIf}

  DetailPrint "Trying the new version"
  !insertmacro tryProgram "--version" "This version, which is for ${PROCESSOR} processors, does not start on this machine"
  !insertmacro tryProgram "stats --json" "This version does not work on this machine"
  ; Nobody is asked: without a URL, what is there stays, and a new service waits for one.
  StrCpy $Flags " --without-url"
  !insertmacro addFlag "--url" "$Url"
  !insertmacro addFlag "--system-id" "$SystemId"
  !insertmacro addFlag "--interval" "$Interval"
  !insertmacro tryProgram "service install --dry-run$Flags" "The service cannot be installed with these options and settings"

  Call swap
  DetailPrint "Starting the service"
  nsExec::ExecToStack '"$INSTDIR\${PROGRAM}" service install$Flags'
  Pop $0
  Pop $1
  ${If} $0 != 0
    ${giveUp} "The service could not be started ($0); what was there before is back.$\r$\n$1"
  ${EndIf}
  DetailPrint $1
  Delete /REBOOTOK "$INSTDIR\${PROGRAM}.*old"

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
  ${If} $0 != 0
    ; A program that is gone or does not start leaves its task behind.
    nsExec::Exec '"$SYSDIR\schtasks.exe" /End /TN "System Monitor"'
    Pop $0
    nsExec::Exec '"$SYSDIR\schtasks.exe" /Delete /TN "System Monitor" /F'
    Pop $0
  ${EndIf}
  Call un.removeFromPath
  Delete /REBOOTOK "$INSTDIR\${PROGRAM}"
  Delete /REBOOTOK "$INSTDIR\${NEW_PROGRAM}"
  Delete /REBOOTOK "$INSTDIR\${PROGRAM}.*old"
  Delete "$INSTDIR\LICENSE.txt"
  Delete "$INSTDIR\THIRD-PARTY-LICENSES.txt"
  Delete "$INSTDIR\Uninstall.exe"
  RMDir "$INSTDIR"
  DeleteRegKey HKLM "${APP_KEY}"
SectionEnd
